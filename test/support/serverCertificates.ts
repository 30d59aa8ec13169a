/** Certificates of servers with everything that can be wrong with them: dates, names, issuers, a chain that is cut short. */
import { type KeyObject, randomBytes, sign } from 'node:crypto';
import { createKeyPair, pemOf } from '../cluster/api/certificates.ts';
import * as der from '../cluster/api/der.ts';

export interface Identity {
  readonly certificatePem: string;
  readonly keyPem: string;
  readonly name: string;
  readonly privateKey: KeyObject;
}

export interface Wanted {
  readonly name: string;
  readonly names?: readonly string[];
  /** Absent: signed by itself. */
  readonly issuer?: Identity;
  readonly authority?: boolean;
  /** Where the certificate of its issuer can be fetched, as public authorities write it. */
  readonly issuerUrl?: string;
  /** Days from now. */
  readonly from?: number;
  readonly to?: number;
}

const SIGNATURE = der.sequence(der.oid('1.2.840.10045.4.3.2'));
const DAY_MS = 86_400_000;

export function identity({ name, names = [], issuer, authority = false, issuerUrl, from = -1, to = 365 }: Wanted): Identity {
  const { privateKey, publicKey } = createKeyPair();
  const extensions = [
    extension('2.5.29.19', der.sequence(...(authority ? [der.boolean(true)] : []))),
    ...(names.length === 0 ? [] : [extension('2.5.29.17', der.sequence(...names.map((each) => der.context(2, Buffer.from(each), false))))]),
    ...(issuerUrl === undefined
      ? []
      : [
          extension(
            '1.3.6.1.5.5.7.1.1',
            der.sequence(der.sequence(der.oid('1.3.6.1.5.5.7.48.2'), der.context(6, Buffer.from(issuerUrl), false))),
          ),
        ]),
  ];
  const day = (days: number): Buffer => der.utcTime(new Date(Date.now() + days * DAY_MS));
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const body = der.sequence(
    der.context(0, der.integer(Buffer.from([2])), true),
    der.integer(serial),
    SIGNATURE,
    named(issuer?.name ?? name),
    der.sequence(day(from), day(to)),
    named(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    der.context(3, der.sequence(...extensions), true),
  );
  const signature = sign('sha256', body, issuer?.privateKey ?? privateKey);
  return { name, privateKey, keyPem: pemOf(privateKey), certificatePem: toPem(der.sequence(body, SIGNATURE, der.bits(signature))) };
}

const named = (name: string): Buffer => der.sequence(der.set(der.sequence(der.oid('2.5.4.3'), der.utf8(name))));
const extension = (type: string, value: Buffer): Buffer => der.sequence(der.oid(type), der.octets(value));

function toPem(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/gu) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
