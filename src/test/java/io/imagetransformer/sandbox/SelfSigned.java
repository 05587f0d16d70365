package io.imagetransformer.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A key and its certificate, signed by itself, for 127.0.0.1 and localhost: made by the JDK's keytool when asked for, so
 * that none lies in the sources and none expires.
 *
 * @param keyStore PKCS 12, with key and certificate
 * @param certificate PEM
 * @param trustStore PKCS 12, with the certificate alone
 */
public record SelfSigned(Path keyStore, Path certificate, Path trustStore) {
    /** Of both stores and of the key. */
    public static final String PASSWORD = "store-password";

    /** @param name of the owner, and of the files */
    public static SelfSigned create(Path folder, String name) {
        SelfSigned made = new SelfSigned(
                folder.resolve(name + ".p12"), folder.resolve(name + ".crt"), folder.resolve(name + "-trust.p12"));
        made.keytool(
                made.keyStore,
                "-genkeypair -keyalg EC -groupname secp256r1 -validity 30 -ext bc=ca:true -ext san=ip:127.0.0.1,dns:localhost"
                        + " -dname CN=" + name);
        made.keytool(made.keyStore, "-exportcert -rfc -file " + made.certificate);
        made.keytool(made.trustStore, "-importcert -noprompt -file " + made.certificate);
        return made;
    }

    private void keytool(Path store, String arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(arguments.split(" ")));
        command.addAll(List.of("-alias", "own", "-keystore", store.toString(), "-storepass", PASSWORD));
        try {
            Process keytool =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(keytool.getInputStream().readAllBytes());
            if (keytool.waitFor() != 0) {
                throw new IllegalStateException("keytool: " + said);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
