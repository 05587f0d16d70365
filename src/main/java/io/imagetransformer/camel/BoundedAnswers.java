package io.imagetransformer.camel;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.hc.client5.http.classic.ExecRuntime;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.io.entity.HttpEntityWrapper;

import io.imagetransformer.predictor.Answer;

/**
 * Bounds the predictor's answers. They end after {@link Answer#MOST_BYTES} and one byte, counted behind a decompression, which
 * is how the protocols know that there was more. And a call whose whole answer has not come in time ends with an exception:
 * the client's own time-outs bound each read, and who sends a byte now and then meets those for days.
 */
public final class BoundedAnswers implements HttpClientConfigurer {
    /** A connection may be made only after the time is up. */
    private static final Duration AGAIN = Duration.ofSeconds(1);

    private final Duration limit;
    private final ScheduledThreadPoolExecutor clock = new ScheduledThreadPoolExecutor(1, task -> {
        Thread thread = new Thread(task, "predictor-deadlines");
        thread.setDaemon(true);
        return thread;
    });

    /** @param limit of one call, from before it is sent to the last byte of its answer */
    public BoundedAnswers(Duration limit) {
        this.limit = limit;
        // Nearly all are met: what they hold must not stay for the rest of their time.
        clock.setRemoveOnCancelPolicy(true);
    }

    @Override
    public void configureHttpClient(HttpClientBuilder clientBuilder) {
        clientBuilder.addExecInterceptorFirst("bounded-answers", (request, scope, chain) -> {
            Deadline deadline = new Deadline(scope.execRuntime);
            boolean answerComes = false;
            try {
                ClassicHttpResponse response = chain.proceed(request, scope);
                HttpEntity entity = response.getEntity();
                if (entity != null) {
                    response.setEntity(new Bounded(entity, scope.execRuntime, deadline));
                    answerComes = true;
                }
                return response;
            } catch (IOException e) {
                throw deadline.told(e);
            } finally {
                if (!answerComes) {
                    deadline.met();
                }
            }
        });
    }

    /** Of one call. */
    private final class Deadline {
        private final Future<?> end;
        private volatile boolean passed;

        Deadline(ExecRuntime connection) {
            end = clock.scheduleWithFixedDelay(
                    () -> {
                        passed = true;
                        connection.discardEndpoint();
                    },
                    limit.toMillis(),
                    AGAIN.toMillis(),
                    TimeUnit.MILLISECONDS);
        }

        void met() {
            end.cancel(false);
        }

        /** Of a connection that is closed under its reader, the exception does not tell why. */
        IOException told(IOException thrown) {
            return passed
                    ? new SocketTimeoutException("its whole answer did not come within " + limit.toMillis() + " ms")
                    : thrown;
        }
    }

    private static final class Bounded extends HttpEntityWrapper {
        private final InputStream content;

        Bounded(HttpEntity entity, ExecRuntime connection, Deadline deadline) throws IOException {
            super(entity);
            content = new BoundedStream(entity.getContent(), connection, deadline);
        }

        @Override
        public InputStream getContent() {
            return content;
        }
    }

    private static final class BoundedStream extends FilterInputStream {
        private final ExecRuntime connection;
        private final Deadline deadline;
        private int left = Answer.MOST_BYTES + 1;

        BoundedStream(InputStream content, ExecRuntime connection, Deadline deadline) {
            super(content);
            this.connection = connection;
            this.deadline = deadline;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 255;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            try {
                int read = left == 0 ? -1 : super.read(buffer, offset, Math.min(length, left));
                left -= Math.max(0, read);
                return read;
            } catch (IOException e) {
                throw deadline.told(e);
            }
        }

        /** The client would read on to the end, to use the connection again. */
        @Override
        public void close() throws IOException {
            try {
                if (left == 0) {
                    connection.discardEndpoint();
                } else {
                    super.close();
                }
            } finally {
                deadline.met();
            }
        }
    }
}
