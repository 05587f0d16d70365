package io.imagetransformer.pipeline;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** One HTTP/1.1 connection by hand: what a client library would not do, and at a fraction of its cost. For one thread. */
public final class RawConnection implements AutoCloseable {
    /** Two line ends, as four bytes. */
    private static final int END_OF_HEAD = '\r' << 24 | '\n' << 16 | '\r' << 8 | '\n';

    private final Socket socket;
    private final InputStream in;

    public RawConnection(int port) throws IOException {
        socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout(60_000);
        in = new BufferedInputStream(socket.getInputStream());
    }

    public RawConnection send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
        return this;
    }

    /** As {@link #send}; nobody minds where the other side has gone. */
    void sendQuietly(String text) {
        try {
            send(text);
        } catch (IOException e) {
            // whoever reads the answer sees it
        }
    }

    /** The status and the body of the next answer; an empty text where the connection is closed instead. */
    public String answer() throws IOException {
        String head = head();
        if (head.isEmpty()) {
            return "";
        }
        return head.split(" ")[1] + " " + body(head);
    }

    /** @param head of the answer that it belongs to */
    String body(String head) throws IOException {
        int length = head.lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("content-length:"))
                .mapToInt(line -> Integer.parseInt(line.substring(15).strip()))
                .findFirst()
                .orElse(0);
        return new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }

    /** Whether the other side has closed it, by now or soon. */
    boolean isClosed() {
        try {
            return in.read() < 0;
        } catch (SocketException e) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** The lines before the body of the next answer; an empty text where the connection is closed instead. */
    String head() throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        for (int last = 0; last != END_OF_HEAD; ) {
            int next = in.read();
            if (next < 0) {
                return "";
            }
            head.write(next);
            last = last << 8 | next;
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
