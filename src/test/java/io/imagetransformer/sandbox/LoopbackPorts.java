package io.imagetransformer.sandbox;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/** Ports of 127.0.0.1 that a server may stop on and start on again. */
public final class LoopbackPorts {
    /**
     * The range ports are taken from. It ends below 32768, where Linux starts to number outgoing connections: a port
     * from that range can be taken by any client while its server is stopped, even by the client that keeps asking
     * for the very server (TCP then connects it to itself).
     */
    private static final int FIRST = 15_000;

    private static final int LAST = 32_767;

    /** A test's JVM and the sandboxes that it starts take from a slice each: a server that stops finds its port again. */
    static final String SLICE_NUMBER = "loopback-ports.slice";

    private static final int SLICES = 2;

    private static final int SLICE = (LAST + 1 - FIRST) / SLICES;

    private static final int SLICE_FIRST = FIRST + SLICE * Integer.getInteger(SLICE_NUMBER, 0);

    /** Tests run side by side: none gets a port on which another's server is stopped for a while. */
    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

    private LoopbackPorts() {}

    /** 127.0.0.1, whatever "localhost" resolves to. */
    static InetAddress loopback() {
        try {
            return InetAddress.getByAddress("127.0.0.1", new byte[] {127, 0, 0, 1});
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A port that nothing listens on now. Nothing reserves it: bind it soon. */
    public static int free() {
        for (int attempt = 0; attempt < 1_000; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(SLICE_FIRST, SLICE_FIRST + SLICE);
            if (isFree(port) && GIVEN.add(port)) {
                return port;
            }
        }
        throw new IllegalStateException(
                "no free port left from " + SLICE_FIRST + " to " + (SLICE_FIRST + SLICE - 1) + " on 127.0.0.1");
    }

    static boolean isFree(int port) {
        try (ServerSocket probe = new ServerSocket()) {
            // As servers do: a port whose last connections still linger in TIME_WAIT counts as free.
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(loopback(), port));
            return true;
        } catch (IOException inUse) {
            return false;
        }
    }

    /**
     * @param port a port, or 0 for any
     * @param who who wants it, for the message
     * @return {@code port}, or a free one for 0
     * @throws IllegalStateException where something listens on it already
     */
    static int claim(int port, String who) {
        if (port == 0) {
            return free();
        }
        if (!isFree(port)) {
            throw new IllegalStateException(who + " cannot start: port " + port
                    + " of 127.0.0.1 is in use. Stop what listens there, or give" + " another port.");
        }
        return port;
    }
}
