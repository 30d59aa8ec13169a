import { describe, expect, test } from 'vitest';
import { certificates } from '../../../../src/investigate/analyzers/certificates.ts';
import type { CheckOutcome, Snapshot } from '../../../../src/sources/kubernetes/snapshot.ts';
import { ago, cart, snapshot } from '../builders.ts';
import { certificate, check, condition, errors, service, told, webWorkload, wellCart, wellPod } from '../objectBuilders.ts';

interface Case {
  readonly name: string;
  readonly more: Partial<Snapshot>;
  readonly want: readonly string[];
}

const line = (text: string, count = 20): Partial<Snapshot> => ({ errorLines: [errors(cart, text, count)] });
const issued = certificate();
const tls = (outcome: CheckOutcome, detail: string): Partial<Snapshot> => ({ checks: [check('cart', { kind: 'tls', outcome, detail })] });
const notReady = (reason: string, minutes: number) => certificate({ conditions: [condition('Ready', 'False', reason, '', minutes)] });

describe('certificates', () => {
  test.each<Case>([
    { name: 'a certificate that is ready and has time', more: { certificates: [issued] }, want: [] },
    {
      name: 'one that has ended',
      more: { certificates: [certificate({ notAfter: ago(10) })] },
      want: ['CertificateExpired Certificate/shop'],
    },
    {
      name: 'one whose renewal is overdue',
      more: { certificates: [certificate({ notAfter: ago(-600), renewalAt: ago(600) })] },
      want: ['CertificateExpiring Certificate/shop'],
    },
    {
      name: 'a short-lived one that is to be renewed in minutes',
      more: { certificates: [certificate({ notAfter: ago(-60), renewalAt: ago(-20) })] },
      want: [],
    },
    { name: 'one that is being renewed', more: { certificates: [certificate({ notAfter: ago(-600), renewalAt: ago(20) })] }, want: [] },
    {
      name: 'one that is not issued',
      more: { certificates: [notReady('DoesNotExist', 30)] },
      want: ['CertificateNotIssued Certificate/shop'],
    },
    { name: 'one that has been asked for just now', more: { certificates: [notReady('DoesNotExist', 2)] }, want: [] },
    {
      name: 'a handshake that fails over the end of the certificate',
      more: { checks: [check('cart', { kind: 'tls', outcome: 'failed', detail: 'certificate has expired' })] },
      want: ['CertificateExpired Service/cart'],
    },
    {
      name: 'a check of ours that finds it ended',
      more: tls('failed', 'it expired on 2025-12-31'),
      want: ['CertificateExpired Service/cart'],
    },
    {
      name: 'a check of ours that finds another name, as a hint',
      more: tls('failed', 'it is for shop.example and not for cart.shop.svc'),
      want: ['CertificateNameMismatch Service/cart (indirect)'],
    },
    { name: 'a check of ours that does not know the authority', more: tls('failed', 'self-signed certificate'), want: [] },
    {
      name: 'a certificate that ends today, as a hint',
      more: tls('open', 'TLSv1.3, trusted, valid until 2026-01-02'),
      want: ['CertificateExpiring Service/cart (indirect)'],
    },
    { name: 'a certificate that has weeks', more: tls('open', 'TLSv1.3, trusted, valid until 2026-02-02'), want: [] },
    {
      name: 'a certificate that ends today and that cert-manager keeps',
      more: { ...tls('open', 'TLSv1.3, trusted, valid until 2026-01-02'), certificates: [issued] },
      want: [],
    },
    {
      name: 'a handshake that fails for another reason',
      more: { checks: [check('cart', { kind: 'tls', outcome: 'failed', detail: 'wrong version number' })] },
      want: [],
    },
    { name: 'a handshake that succeeds', more: { checks: [check('cart', { kind: 'tls', outcome: 'open' })] }, want: [] },
    {
      name: 'a client that finds it ended',
      more: line(
        'Get "https://web:8443/": tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-01-01T12:00:00Z is after 2025-12-31T00:00:00Z',
      ),
      want: ['CertificateExpired Service/web'],
    },
    {
      name: 'a client whose clock is behind finds it not valid yet, which is no fault of the certificate',
      more: line('x509: certificate has expired or is not yet valid: current time 2025-01-01T12:00:00Z is before 2025-12-31T00:00:00Z'),
      want: [],
    },
    {
      name: 'a client that finds another name',
      more: line('x509: certificate is valid for web.shop.svc, not web.example'),
      want: ['CertificateNameMismatch Service/web'],
    },
    {
      name: 'a client of Node.js that finds another name',
      more: line("Error [ERR_TLS_CERT_ALTNAME_INVALID]: Hostname/IP does not match certificate's altnames"),
      want: ['CertificateNameMismatch Deployment/cart'],
    },
    {
      name: 'a client of Java that does not trust it',
      more: line('javax.net.ssl.SSLHandshakeException: PKIX path building failed'),
      want: ['CertificateUntrusted Deployment/cart'],
    },
    {
      name: 'a client of Go that does not trust it',
      more: line('x509: certificate signed by unknown authority'),
      want: ['CertificateUntrusted Deployment/cart'],
    },
    {
      name: 'a server that scanners break off from',
      more: line('http: TLS handshake error from 10.0.0.9:4242: remote error: tls: unknown certificate authority'),
      want: [],
    },
    { name: 'one failed try of a workload that is well', more: line('x509: certificate signed by unknown authority', 1), want: [] },
    { name: 'a log that speaks of certificates', more: line('certificate loaded, valid for web.shop.svc'), want: [] },
  ])('$name', ({ more, want }) => {
    const well = { workloads: [wellCart(), webWorkload()], pods: [wellPod()], services: [service('web', { clusterIP: '10.96.0.21' })] };
    expect(told(certificates.find(snapshot({ ...well, ...more })))).toEqual(want);
  });
});
