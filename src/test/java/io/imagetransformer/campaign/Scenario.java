package io.imagetransformer.campaign;

/**
 * One way to break a promise.
 *
 * @param name what happens, in words with hyphens
 * @param promise that must hold all the same
 * @param partitions of the events topic
 * @param defence what holds it up, and how to take that away
 * @param body lets the fault come and go while uploads come in; the audit follows by itself
 */
record Scenario(String name, String promise, int partitions, Defence defence, Body body) {

    @FunctionalInterface
    interface Body {
        void run(Trial trial) throws Exception;
    }

    Scenario(String name, String promise, Defence defence, Body body) {
        this(name, promise, 1, defence, body);
    }
}
