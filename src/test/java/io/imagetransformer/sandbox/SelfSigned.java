package io.imagetransformer.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
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

    private static final String ALIAS = "own";

    /** Few rounds of hashing: every client of a test opens its stores anew, and no secret is in them. */
    private static final String JVM_OPTIONS = "-J-XX:TieredStopAtLevel=1 -J-Dkeystore.pkcs12.macIterationCount=1"
            + " -J-Dkeystore.pkcs12.keyPbeIterationCount=1 -J-Dkeystore.pkcs12.certPbeIterationCount=1";

    /** @param name of the owner, and of the files */
    public static SelfSigned create(Path folder, String name) throws IOException, GeneralSecurityException {
        SelfSigned made = new SelfSigned(
                folder.resolve(name + ".p12"), folder.resolve(name + ".crt"), folder.resolve(name + "-trust.p12"));
        keytool(
                made.keyStore,
                "-genkeypair -keyalg EC -groupname secp256r1 -validity 30 -ext bc=ca:true"
                        + " -ext san=ip:127.0.0.1,dns:localhost -dname CN=" + name);
        Certificate certificate = KeyStore.getInstance(made.keyStore.toFile(), PASSWORD.toCharArray())
                .getCertificate(ALIAS);
        String base64 = Base64.getMimeEncoder().encodeToString(certificate.getEncoded());
        Files.writeString(made.certificate, "-----BEGIN CERTIFICATE-----\n" + base64 + "\n-----END CERTIFICATE-----\n");
        keytool(made.trustStore, "-importcert -noprompt", "-file", made.certificate.toString());
        return made;
    }

    /** The JDK signs certificates by its tool alone. */
    private static void keytool(Path store, String arguments, String... more) throws IOException {
        List<String> command = new ArrayList<>(List.of(JdkTool.path("keytool")));
        command.addAll(List.of(JVM_OPTIONS.split(" ")));
        command.addAll(List.of(arguments.split(" ")));
        command.addAll(List.of(more));
        command.addAll(List.of("-alias", ALIAS, "-storetype", "PKCS12"));
        command.addAll(List.of("-keystore", store.toString(), "-storepass", PASSWORD));
        Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(keytool.getInputStream().readAllBytes());
        try {
            if (keytool.waitFor() != 0) {
                throw new IllegalStateException("keytool: " + said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
