package io.maxmq.auth;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.TBSCertificate;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.asn1.x509.V3TBSCertificateGenerator;

/** Certificates with any names, signed by themselves. */
final class TestCertificates {
    private static final AlgorithmIdentifier ECDSA_SHA256 =
            new AlgorithmIdentifier(new ASN1ObjectIdentifier("1.2.840.10045.4.3.2"));

    private TestCertificates() {}

    /** A subject of common names, in this order, as they are. */
    static X500Name commonNames(ASN1Encodable... names) {
        X500NameBuilder subject = new X500NameBuilder();
        for (ASN1Encodable name : names) {
            subject.addRDN(BCStyle.CN, name);
        }
        subject.addRDN(BCStyle.O, "Acme");
        return subject.build();
    }

    static X509Certificate of(X500Name subject, GeneralName... alternatives) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(256);
            KeyPair keys = generator.generateKeyPair();
            V3TBSCertificateGenerator contents = new V3TBSCertificateGenerator();
            contents.setSerialNumber(new ASN1Integer(BigInteger.valueOf(0xABCD)));
            contents.setSignature(ECDSA_SHA256);
            contents.setIssuer(new X500Name("CN=Acme authority"));
            contents.setSubject(subject);
            contents.setStartDate(new Time(Date.from(Instant.parse("2020-01-01T00:00:00Z"))));
            contents.setEndDate(new Time(Date.from(Instant.parse("2040-01-01T00:00:00Z"))));
            contents.setSubjectPublicKeyInfo(
                    SubjectPublicKeyInfo.getInstance(keys.getPublic().getEncoded()));
            if (alternatives.length > 0) {
                contents.setExtensions(new Extensions(new Extension(
                        Extension.subjectAlternativeName, false, new GeneralNames(alternatives).getEncoded())));
            }
            return signed(contents.generateTBSCertificate(), keys);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static X509Certificate signed(TBSCertificate contents, KeyPair keys)
            throws GeneralSecurityException, java.io.IOException {
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(keys.getPrivate());
        signature.update(contents.getEncoded("DER"));
        ASN1EncodableVector certificate = new ASN1EncodableVector();
        certificate.add(contents);
        certificate.add(ECDSA_SHA256);
        certificate.add(new DERBitString(signature.sign()));
        byte[] der = new DERSequence(certificate).getEncoded("DER");
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
    }
}
