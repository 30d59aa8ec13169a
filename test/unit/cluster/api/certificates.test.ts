import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createServer, get } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { createAuthority } from '../../../cluster/api/certificates.ts';

describe('createAuthority', () => {
  const authority = createAuthority('test authority');
  const root = new X509Certificate(authority.certificatePem);

  test('is an authority that signed itself', () => {
    expect(root.ca).toBe(true);
    expect(root.subject).toBe('CN=test authority');
    expect(root.checkIssued(root) && root.verify(root.publicKey)).toBe(true);
  });

  test('signs server certificates for names and addresses', () => {
    const { certificatePem, keyPem } = authority.server('server', ['kubernetes.default.svc', '10.0.0.1']);
    const certificate = new X509Certificate(certificatePem);
    expect(certificate.checkIssued(root) && certificate.verify(root.publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(keyPem))).toBe(true);
    expect(certificate.subjectAltName).toBe('DNS:kubernetes.default.svc, IP Address:10.0.0.1');
    expect(certificate.checkHost('kubernetes.default.svc')).toBe('kubernetes.default.svc');
    expect(certificate.checkIP('10.0.0.2')).toBeUndefined();
    expect(certificate.ca).toBe(false);
  });

  test('signs client certificates with the groups that Kubernetes reads from them', () => {
    const certificate = new X509Certificate(authority.client('someone', ['system:masters']).certificatePem);
    expect(certificate.subject).toBe('O=system:masters\nCN=someone');
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
  });

  test('is valid now', () => {
    expect(Date.parse(root.validFrom)).toBeLessThan(Date.now());
    expect(Date.parse(root.validTo)).toBeGreaterThan(Date.now());
  });

  test('gives every certificate a serial number of its own', () => {
    const serials = Array.from(
      { length: 20 },
      () => new X509Certificate(authority.server('server', ['a.test']).certificatePem).serialNumber,
    );
    expect(new Set(serials).size).toBe(20);
  });

  test('is believed by TLS, and by nobody who does not trust it', async () => {
    const { certificatePem, keyPem } = authority.server('server', ['127.0.0.1']);
    const server = createServer({ cert: certificatePem, key: keyPem }, (_, response) => response.end('hello'));
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      expect(await answer(url, authority.certificatePem)).toBe(200);
      expect(await answer(url, createAuthority('another').certificatePem)).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
    } finally {
      server.close();
    }
  });
});

function answer(url: string, ca: string): Promise<number | string | undefined> {
  return new Promise((resolve) => {
    const request = get(url, { ca, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on('error', (error: NodeJS.ErrnoException) => resolve(error.code));
  });
}
