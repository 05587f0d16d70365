package io.imagetransformer.sandbox;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

/**
 * A TCP proxy on 127.0.0.1 that spoils the connections to a server, in ways that can be switched while they are open.
 * The kinds are those of Shopify/toxiproxy; its word for a fault is toxic. One toxic holds at a time: the next one
 * replaces it, {@link #heal} ends it. Downstream is from the server to the client.
 *
 * <pre>
 *   client ──upstream──► FaultProxy ──upstream──► server
 *          ◄─downstream─            ◄─downstream─
 * </pre>
 */
public final class FaultProxy implements AutoCloseable {
    private static final int CHUNK = 16 * 1024;
    private static final int ATTEMPTS_ON_ANY_PORT = 5;
    private static final byte[] INTERIM_ANSWER = "HTTP/1.1 100".getBytes(StandardCharsets.US_ASCII);

    private enum Kind {
        NONE,
        LATENCY,
        BANDWIDTH,
        TIMEOUT,
        REFUSE,
        RESET_PEER,
        CUT,
        LOSE_ANSWERS
    }

    /** @param amount milliseconds, bytes per second, bytes or answers, by the kind */
    private record Toxic(Kind kind, long amount, AtomicInteger used) {
        static Toxic of(Kind kind, long amount) {
            return new Toxic(kind, amount, new AtomicInteger());
        }

        boolean is(Kind other) {
            return kind == other;
        }
    }

    private final InetSocketAddress target;
    private final int port;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final Object change = new Object();
    private final AtomicInteger accepted = new AtomicInteger();
    private Toxic toxic = Toxic.of(Kind.NONE, 0);
    private @Nullable ServerSocket listener;
    private Thread acceptor = new Thread();
    private boolean closed;

    private FaultProxy(InetSocketAddress target) {
        this.target = target;
        this.port = LoopbackPorts.free();
        listen();
    }

    private static FaultProxy onAnyPort(InetSocketAddress target) {
        for (int attempt = 1; ; attempt++) {
            try {
                return new FaultProxy(target);
            } catch (UncheckedIOException lostTheRaceForAFreePort) {
                if (attempt == ATTEMPTS_ON_ANY_PORT) {
                    throw lostTheRaceForAFreePort;
                }
            }
        }
    }

    /** A healthy proxy, on a port of its own, before a server that need not be up. */
    public static FaultProxy before(String host, int port) {
        return onAnyPort(new InetSocketAddress(host, port));
    }

    /** The port to connect to instead of the server's; it stays the same over refusals. */
    public int port() {
        return port;
    }

    /** {@code 127.0.0.1:port}. */
    public String address() {
        return "127.0.0.1:" + port;
    }

    /** How many connections were accepted so far, spoilt ones included. */
    public int connectionCount() {
        return accepted.get();
    }

    /** Ends the toxic. Bytes that were held back flow on. */
    public void heal() {
        set(Toxic.of(Kind.NONE, 0));
    }

    /** Holds each chunk of an answer (up to 16 KiB) back by this long. */
    public void latency(Duration delay) {
        set(Toxic.of(Kind.LATENCY, delay.toMillis()));
    }

    /** Lets this many bytes per second through downstream, on each connection. */
    public void bandwidth(long bytesPerSecond) {
        set(Toxic.of(Kind.BANDWIDTH, bytesPerSecond));
    }

    /** Holds everything back, both ways; connections open and nothing answers. */
    public void timeout() {
        set(Toxic.of(Kind.TIMEOUT, 0));
    }

    /** Connections that are open now are silent for good, as of a host that vanished; new ones are sound. No toxic. */
    public void silenceOpenOnes() {
        connections.forEach(connection -> connection.silent = true);
    }

    /** Resets every connection and refuses new ones, as a host without the server does. */
    public void refuse() {
        set(Toxic.of(Kind.REFUSE, 0));
        resetAll();
    }

    /** Resets every connection, and each new one after it was accepted. */
    public void resetPeer() {
        set(Toxic.of(Kind.RESET_PEER, 0));
        resetAll();
    }

    /** Lets this many bytes through downstream on each connection, counted from now, then resets it. */
    public void cutAfter(long bytes) {
        set(Toxic.of(Kind.CUT, bytes));
    }

    /**
     * Lets requests through, swallows the beginning of the answer, then resets the connection: the server has done the
     * work, and the client cannot know. HTTP's interim answer (100 Continue) passes.
     *
     * @param answers how many are lost, over all connections; those after them pass
     */
    public void loseAnswers(int answers) {
        set(Toxic.of(Kind.LOSE_ANSWERS, answers));
    }

    private void set(Toxic next) {
        synchronized (change) {
            if (closed) {
                throw new IllegalStateException("the proxy is closed");
            }
            toxic = next;
            change.notifyAll();
        }
        if (next.is(Kind.REFUSE)) {
            closeListener();
        } else {
            listen();
        }
    }

    private Toxic toxic() {
        synchronized (change) {
            return toxic;
        }
    }

    /** Waits, but no longer than the toxic holds. */
    private void hold(Toxic held, long milliseconds) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofMillis(milliseconds).toNanos();
        synchronized (change) {
            while (toxic == held) {
                long left = end - System.nanoTime();
                if (left <= 0) {
                    return;
                }
                TimeUnit.NANOSECONDS.timedWait(change, left);
            }
        }
    }

    private synchronized void listen() {
        if (listener != null) {
            return;
        }
        try {
            ServerSocket opening = new ServerSocket();
            opening.setReuseAddress(true);
            opening.bind(new InetSocketAddress(LoopbackPorts.loopback(), port));
            listener = opening;
            acceptor = daemon("accept", () -> accept(opening));
        } catch (IOException e) {
            throw new UncheckedIOException("the proxy cannot listen on port " + port, e);
        }
    }

    private synchronized void closeListener() {
        ServerSocket closing = listener;
        listener = null;
        closeQuietly(closing);
        try {
            // The port stays open until the thread that waits for a connection has noticed.
            acceptor.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void accept(ServerSocket from) {
        while (!from.isClosed()) {
            try {
                Socket client = from.accept();
                accepted.incrementAndGet();
                daemon("open", () -> open(client));
            } catch (IOException e) {
                // The listener was closed, by a refusal or for good.
                return;
            }
        }
    }

    private void open(Socket client) {
        Toxic now = toxic();
        if (now.is(Kind.RESET_PEER) || now.is(Kind.REFUSE)) {
            reset(client);
            return;
        }
        Socket server = new Socket();
        try {
            server.connect(target, 5_000);
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
        } catch (IOException e) {
            reset(client);
            closeQuietly(server);
            return;
        }
        Connection connection = new Connection(client, server);
        connections.add(connection);
        daemon("upstream", () -> connection.pump(client, server, false));
        daemon("downstream", () -> connection.pump(server, client, true));
        // A toxic that resets may have come between the look at it and the entry in the list.
        if (toxic().is(Kind.RESET_PEER) || toxic().is(Kind.REFUSE)) {
            connection.reset();
        }
    }

    private void resetAll() {
        connections.forEach(Connection::reset);
    }

    private final class Connection {
        private final Socket client;
        private final Socket server;
        private volatile boolean silent;

        Connection(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        void reset() {
            connections.remove(this);
            FaultProxy.reset(client);
            FaultProxy.reset(server);
        }

        /** Copies one direction until it ends; an end is passed on, so that half-closed connections work. */
        void pump(Socket from, Socket to, boolean downstream) {
            byte[] chunk = new byte[CHUNK];
            Toxic seen = toxic();
            long passedUnderIt = 0;
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                for (int length = in.read(chunk); length >= 0; length = in.read(chunk)) {
                    if (silent) {
                        continue;
                    }
                    Toxic now = untilItMayPass();
                    if (now != seen) {
                        seen = now;
                        passedUnderIt = 0;
                    }
                    if (downstream && isSpoilt(now, chunk, length, passedUnderIt, out)) {
                        reset();
                        return;
                    }
                    out.write(chunk, 0, length);
                    passedUnderIt += length;
                }
                to.shutdownOutput();
            } catch (IOException e) {
                reset();
            } catch (InterruptedException e) {
                reset();
                Thread.currentThread().interrupt();
            }
        }

        private Toxic untilItMayPass() throws InterruptedException {
            Toxic now = toxic();
            while (now.is(Kind.TIMEOUT)) {
                hold(now, Duration.ofHours(1).toMillis());
                now = toxic();
            }
            return now;
        }

        /** Applies the toxics of the downstream direction to a chunk; true where the connection is to be reset. */
        private boolean isSpoilt(Toxic now, byte[] chunk, int length, long passed, OutputStream out)
                throws IOException, InterruptedException {
            switch (now.kind()) {
                case LATENCY:
                    hold(now, now.amount());
                    return false;
                case BANDWIDTH:
                    hold(now, 1_000L * length / now.amount());
                    return false;
                case CUT:
                    if (passed + length < now.amount()) {
                        return false;
                    }
                    out.write(chunk, 0, (int) (now.amount() - passed));
                    return true;
                case LOSE_ANSWERS:
                    return !isInterim(chunk, length) && now.used().getAndIncrement() < now.amount();
                default:
                    return false;
            }
        }

        private boolean isInterim(byte[] chunk, int length) {
            return length >= INTERIM_ANSWER.length
                    && Arrays.equals(chunk, 0, INTERIM_ANSWER.length, INTERIM_ANSWER, 0, INTERIM_ANSWER.length);
        }
    }

    /** Closes with RST instead of FIN: the peer sees "connection reset", not an orderly end. */
    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException alreadyClosed) {
            // Nothing is left to reset.
        }
        closeQuietly(socket);
    }

    private static void closeQuietly(@Nullable AutoCloseable socket) {
        try {
            if (socket != null) {
                socket.close();
            }
        } catch (Exception e) {
            // It is closed, one way or the other.
        }
    }

    private static Thread daemon(String name, Runnable task) {
        Thread thread = new Thread(task, "fault-proxy-" + name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** Resets every connection and stops listening. May be repeated. */
    @Override
    public void close() {
        synchronized (change) {
            closed = true;
            toxic = Toxic.of(Kind.NONE, 0);
            change.notifyAll();
        }
        closeListener();
        resetAll();
    }
}
