package io.imagetransformer.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;

import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * Certificate authorities of the user's own, trusted beside Java's by every client of this process that is told nothing
 * else: S3, predictor, Kafka. Java takes no PEM file for that, but a key store by a system property; so the file becomes
 * one, in the temporary directory, until {@link #close}.
 */
public final class CaFile implements AutoCloseable {
    private static final String STORE = "javax.net.ssl.trustStore";
    private static final String PASSWORD = "javax.net.ssl.trustStorePassword";
    private static final String TYPE = "javax.net.ssl.trustStoreType";
    /** Nothing in it is a secret. */
    private static final String NO_SECRET = "changeit";

    private final Path store;

    private CaFile(Path store) {
        this.store = store;
    }

    /**
     * Holds for connections that are made from now on.
     *
     * @param file PEM, one certificate or more
     * @throws InvalidSettingException where it cannot be read, or holds none
     */
    public static CaFile trust(String file) {
        Collection<? extends Certificate> authorities = read(file);
        try {
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            int count = 0;
            for (Certificate authority : authorities) {
                trusted.setCertificateEntry("own-" + count++, authority);
            }
            for (Certificate authority : javasOwn()) {
                trusted.setCertificateEntry("java-" + count++, authority);
            }
            Path store = Files.createTempFile("kafka-image-transformer-ca-", ".p12");
            try (OutputStream out = Files.newOutputStream(store)) {
                trusted.store(out, NO_SECRET.toCharArray());
            }
            System.setProperty(STORE, store.toString());
            System.setProperty(PASSWORD, NO_SECRET);
            System.setProperty(TYPE, "PKCS12");
            return new CaFile(store);
        } catch (GeneralSecurityException | IOException e) {
            throw new InvalidSettingException("tls.ca-file=" + file + " cannot be used: " + e.getMessage()
                    + "; a key store is made of it in the temporary directory");
        }
    }

    private static Collection<? extends Certificate> read(String file) {
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            Collection<? extends Certificate> authorities =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (!authorities.isEmpty()) {
                return authorities;
            }
            throw new InvalidSettingException(
                    "tls.ca-file=" + file + " holds no certificate: give a file in PEM format");
        } catch (IOException e) {
            throw new InvalidSettingException(
                    "tls.ca-file=" + file + " cannot be read: correct the path, or let us read it");
        } catch (GeneralSecurityException e) {
            throw new InvalidSettingException(
                    "tls.ca-file=" + file + " holds no certificate: give a file in PEM format");
        }
    }

    private static List<X509Certificate> javasOwn() throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init((KeyStore) null);
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509TrustManager x509) {
                return List.of(x509.getAcceptedIssuers());
            }
        }
        return List.of();
    }

    /** Trusts Java's own alone again. */
    @Override
    public void close() {
        System.clearProperty(STORE);
        System.clearProperty(PASSWORD);
        System.clearProperty(TYPE);
        try {
            Files.deleteIfExists(store);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
