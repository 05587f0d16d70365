package io.imagetransformer.camel;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.hc.client5.http.classic.ExecRuntime;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.io.entity.HttpEntityWrapper;

import io.imagetransformer.predictor.Answer;

/**
 * Lets the predictor's answers end after {@link Answer#MOST_BYTES} and one byte, which is how the protocols know that there
 * was more. Counted behind a decompression.
 */
public final class BoundedAnswers implements HttpClientConfigurer {
    @Override
    public void configureHttpClient(HttpClientBuilder clientBuilder) {
        clientBuilder.addExecInterceptorFirst("bounded-answers", (request, scope, chain) -> {
            ClassicHttpResponse response = chain.proceed(request, scope);
            HttpEntity entity = response.getEntity();
            if (entity != null) {
                response.setEntity(new Bounded(entity, scope.execRuntime));
            }
            return response;
        });
    }

    private static final class Bounded extends HttpEntityWrapper {
        private final InputStream content;

        Bounded(HttpEntity entity, ExecRuntime connection) throws IOException {
            super(entity);
            content = new BoundedStream(entity.getContent(), connection);
        }

        @Override
        public InputStream getContent() {
            return content;
        }
    }

    private static final class BoundedStream extends FilterInputStream {
        private final ExecRuntime connection;
        private int left = Answer.MOST_BYTES + 1;

        BoundedStream(InputStream content, ExecRuntime connection) {
            super(content);
            this.connection = connection;
        }

        @Override
        public int read() throws IOException {
            int value = left == 0 ? -1 : super.read();
            left -= value < 0 ? 0 : 1;
            return value;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int read = left == 0 ? -1 : super.read(buffer, offset, Math.min(length, left));
            left -= Math.max(0, read);
            return read;
        }

        /** The client would read on to the end, to use the connection again. */
        @Override
        public void close() throws IOException {
            if (left == 0) {
                connection.discardEndpoint();
            } else {
                super.close();
            }
        }
    }
}
