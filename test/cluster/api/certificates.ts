/**
 * The certificates of a test cluster (RFC 5280): an authority of its own, and what it signs for servers and clients.
 *
 * ECDSA on P-256: making a key takes a millisecond. Valid for a year from the day before, as clocks differ.
 */
import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';
import * as der from './der.ts';

export interface Certificate {
  readonly certificatePem: string;
  readonly keyPem: string;
}

export interface Authority {
  readonly certificatePem: string;
  /** For a server under these IPv4 addresses and DNS names. */
  server(commonName: string, names: readonly string[]): Certificate;
  /** For a client: Kubernetes takes the common name as the user and the organizations as its groups. */
  client(commonName: string, organizations?: readonly string[]): Certificate;
}

const ECDSA_WITH_SHA256 = der.sequence(der.oid('1.2.840.10045.4.3.2'));
const COMMON_NAME = '2.5.4.3';
const ORGANIZATION = '2.5.4.10';
const BASIC_CONSTRAINTS = '2.5.29.19';
const KEY_USAGE = '2.5.29.15';
const EXTENDED_KEY_USAGE = '2.5.29.37';
const SUBJECT_ALTERNATIVE_NAME = '2.5.29.17';
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const DAY_MS = 86_400_000;

export function createAuthority(commonName: string): Authority {
  const root = createKeyPair();
  const issuer = distinguishedName(commonName);
  const issue = (subject: Buffer, subjectKey: KeyObject, extensions: readonly Buffer[]): string => {
    const body = toBeSigned({ issuer, subject, subjectKey, extensions });
    const signature = sign('sha256', body, root.privateKey);
    return toPem(der.sequence(body, ECDSA_WITH_SHA256, der.bits(signature)));
  };
  const leaf = (subject: Buffer, usage: string, more: readonly Buffer[] = []): Certificate => {
    const { privateKey, publicKey } = createKeyPair();
    const extensions = [
      extension(KEY_USAGE, true, der.bits(Buffer.from([0x80]), 7)),
      extension(EXTENDED_KEY_USAGE, false, der.sequence(der.oid(usage))),
      ...more,
    ];
    return { certificatePem: issue(subject, publicKey, extensions), keyPem: pemOf(privateKey) };
  };
  return {
    certificatePem: issue(issuer, root.publicKey, [
      extension(BASIC_CONSTRAINTS, true, der.sequence(der.boolean(true))),
      extension(KEY_USAGE, true, der.bits(Buffer.from([0x06]), 1)), // keyCertSign, cRLSign
    ]),
    server: (name, names) => leaf(distinguishedName(name), SERVER_AUTH, [alternativeNames(names)]),
    client: (name, organizations = []) => leaf(distinguishedName(name, organizations), CLIENT_AUTH),
  };
}

export const pemOf = (privateKey: KeyObject): string => privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

export function createKeyPair(): { readonly privateKey: KeyObject; readonly publicKey: KeyObject } {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { privateKey, publicKey: createPublicKey(privateKey) };
}

interface Body {
  readonly issuer: Buffer;
  readonly subject: Buffer;
  readonly subjectKey: KeyObject;
  readonly extensions: readonly Buffer[];
}

function toBeSigned({ issuer, subject, subjectKey, extensions }: Body): Buffer {
  const version3 = der.context(0, der.integer(Buffer.from([2])), true);
  const serial = randomBytes(16);
  serial[0] = (serial[0] ?? 0) | 0x40; // never zero in front: the encoding is minimal
  const now = Date.now();
  const validity = der.sequence(der.utcTime(new Date(now - DAY_MS)), der.utcTime(new Date(now + 365 * DAY_MS)));
  const publicKeyInfo = subjectKey.export({ type: 'spki', format: 'der' });
  const wrapped = der.context(3, der.sequence(...extensions), true);
  return der.sequence(version3, der.integer(serial), ECDSA_WITH_SHA256, issuer, validity, subject, publicKeyInfo, wrapped);
}

function distinguishedName(commonName: string, organizations: readonly string[] = []): Buffer {
  const attribute = (type: string, value: string): Buffer => der.set(der.sequence(der.oid(type), der.utf8(value)));
  return der.sequence(...organizations.map((name) => attribute(ORGANIZATION, name)), attribute(COMMON_NAME, commonName));
}

function extension(type: string, critical: boolean, value: Buffer): Buffer {
  return der.sequence(der.oid(type), ...(critical ? [der.boolean(true)] : []), der.octets(value));
}

function alternativeNames(names: readonly string[]): Buffer {
  const encoded = names.map((name) =>
    isIPv4(name) ? der.context(7, Buffer.from(name.split('.').map(Number)), false) : der.context(2, Buffer.from(name, 'ascii'), false),
  );
  return extension(SUBJECT_ALTERNATIVE_NAME, false, der.sequence(...encoded));
}

function toPem(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
