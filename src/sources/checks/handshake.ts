/**
 * TLS over a connection that is open: the handshake, and everything that is wrong with the certificate.
 *
 * Nothing is sent but the handshake, so an untrusted server may be looked at too. Trust is judged by Node against its own roots and
 * those that the configuration adds; name and dates are judged here, so that one problem does not hide another.
 */
import type { Socket } from 'node:net';
import { checkServerIdentity, connect, type DetailedPeerCertificate, rootCertificates, type TLSSocket } from 'node:tls';
import { OutOfTime } from '../within.ts';
import type { Certificate, TlsOutcome } from './check.ts';
import { codeOf } from './connect.ts';

export interface Handshake {
  readonly outcome: TlsOutcome;
  readonly problems: readonly TlsOutcome[];
  readonly certificate?: Certificate | undefined;
  readonly detail: string;
  /** Encrypted; undefined when the handshake failed. The caller destroys it. */
  readonly socket?: TLSSocket | undefined;
}

export interface HandshakeOptions {
  readonly host: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** PEM certificates that are trusted besides the usual ones. */
  readonly authorities?: readonly string[] | undefined;
  readonly signal: AbortSignal;
}

const LONGEST_CHAIN = 10;
const MOST_NAMES = 20;

export async function shakeHands(connection: Socket, options: HandshakeOptions): Promise<Handshake> {
  try {
    const socket = await secured(connection, options);
    const peer = socket.getPeerCertificate(true);
    const chain = chainOf(peer);
    const certificate = certificateOf(peer, chain.length, socket.getProtocol() ?? 'unknown');
    const problems = problemsOf(socket, chain, certificate, options);
    return { outcome: problems[0] ?? 'Trusted', problems, certificate, detail: detailOf(problems, certificate, options), socket };
  } catch (error) {
    connection.destroy();
    const { outcome, detail } = failedHandshake(error);
    return { outcome, problems: [outcome], detail };
  }
}

function secured(connection: Socket, { host, authorities = [], signal }: HandshakeOptions): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const ca = [...rootCertificates, ...authorities];
    const socket = connect({ socket: connection, servername: host, rejectUnauthorized: false, minVersion: 'TLSv1', ca });
    const giveUp = (): void => {
      socket.destroy();
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', giveUp, { once: true });
    socket.on('error', reject); // stays: TLS 1.3 servers refuse a missing client certificate after the handshake
    socket.once('close', () => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
    socket.once('secureConnect', () => {
      signal.removeEventListener('abort', giveUp);
      resolve(socket);
    });
  });
}

/** The certificates that were sent, the server's own first. */
function chainOf(peer: DetailedPeerCertificate): readonly DetailedPeerCertificate[] {
  const chain: DetailedPeerCertificate[] = [];
  for (let at: DetailedPeerCertificate | undefined = peer; at?.fingerprint256 !== undefined && chain.length < LONGEST_CHAIN; ) {
    chain.push(at);
    const issuer: DetailedPeerCertificate | undefined = at.issuerCertificate;
    at = issuer === at || issuer?.fingerprint256 === at.fingerprint256 ? undefined : issuer;
  }
  return chain;
}

function certificateOf(peer: DetailedPeerCertificate, sent: number, protocol: string): Certificate {
  const names = (peer.subjectaltname ?? '').split(', ').map((name) => name.replace(/^(?:DNS|IP Address):/u, ''));
  return {
    subject: shown(peer.subject),
    issuer: shown(peer.issuer),
    names: names.filter((name) => name !== '').slice(0, MOST_NAMES),
    validFrom: Date.parse(peer.valid_from),
    validTo: Date.parse(peer.valid_to),
    sent,
    protocol,
  };
}

/** The fields of a distinguished name that tell one from another; a server may send lists, and anything in them. */
function shown(name: DetailedPeerCertificate['subject'] | undefined): string {
  const { CN, O } = (name ?? {}) as Readonly<Record<string, string | readonly string[] | undefined>>;
  return [CN, O]
    .flatMap((part) => part ?? [])
    .join(', ')
    .slice(0, 200);
}

function problemsOf(
  socket: TLSSocket,
  chain: readonly DetailedPeerCertificate[],
  { validFrom, validTo }: Certificate,
  { host, now }: HandshakeOptions,
): readonly TlsOutcome[] {
  const [own] = chain;
  if (own === undefined) return ['NotTrusted'];
  const found: TlsOutcome[] = [];
  if (now > validTo) found.push('Expired');
  if (now < validFrom) found.push('NotYetValid');
  if (checkServerIdentity(host, own) !== undefined) found.push('WrongName');
  const error = socket.authorized ? undefined : codeOfTrust(socket.authorizationError);
  const trust = error === undefined ? undefined : trustProblem(error, chain);
  if (trust !== undefined && !found.includes(trust)) found.push(trust);
  // Of several reasons not to trust a certificate only the last is told.
  if (trust !== undefined && !found.includes('SelfSigned') && isOwnIssuer(chain)) found.push('SelfSigned');
  return found;
}

const isOwnIssuer = ([own, ...others]: readonly DetailedPeerCertificate[]): boolean =>
  own !== undefined && others.length === 0 && own.issuerCertificate?.fingerprint256 === own.fingerprint256;

const codeOfTrust = (error: unknown): string => (typeof error === 'string' ? error : codeOf(error));

function trustProblem(code: string, chain: readonly DetailedPeerCertificate[]): TlsOutcome | undefined {
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return 'Expired';
    case 'CERT_NOT_YET_VALID':
      return 'NotYetValid';
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return 'WrongName';
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return 'SelfSigned';
    case 'SELF_SIGNED_CERT_IN_CHAIN':
      return 'UnknownIssuer';
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return isCutShort(chain) ? 'ChainIncomplete' : 'UnknownIssuer';
    default:
      return 'NotTrusted';
  }
}

/** Its last certificate says where its issuer's can be fetched, which is how an intermediate is found that the server ought to have sent. */
const isCutShort = (chain: readonly DetailedPeerCertificate[]): boolean =>
  (chain.at(-1)?.infoAccess as Readonly<Record<string, unknown>> | undefined)?.['CA Issuers - URI'] !== undefined;

function detailOf(
  problems: readonly TlsOutcome[],
  { names, issuer, validFrom, validTo, protocol }: Certificate,
  { host }: HandshakeOptions,
): string {
  if (problems.length === 0) return `${protocol}, trusted, valid until ${day(validTo)}`;
  const says: Partial<Record<TlsOutcome, string>> = {
    Expired: `it expired on ${day(validTo)}`,
    NotYetValid: `it is not valid before ${day(validFrom)}`,
    WrongName: `it is for ${names.slice(0, 4).join(', ') || 'no name'} and not for ${host}`,
    SelfSigned: 'it is signed by itself',
    ChainIncomplete: `the server does not send the certificate of its issuer ${issuer}`,
    UnknownIssuer: `its issuer ${issuer} is not trusted here`,
  };
  return problems.map((problem) => says[problem] ?? 'it is not trusted').join('; ');
}

const day = (at: number): string => (Number.isFinite(at) ? new Date(at).toISOString().slice(0, 10) : 'an unreadable date');

function failedHandshake(error: unknown): { readonly outcome: TlsOutcome; readonly detail: string } {
  if (error instanceof OutOfTime) return { outcome: 'TimedOut', detail: `the handshake did not end: ${error.message}` };
  const code = codeOf(error);
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|UNEXPECTED_MESSAGE/u.test(code)) {
    return { outcome: 'NotTls', detail: `what answers does not speak TLS (${code})` };
  }
  if (/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL/u.test(code))
    return { outcome: 'ProtocolRefused', detail: `no version of TLS in common (${code})` };
  if (/CERTIFICATE_REQUIRED/u.test(code))
    return { outcome: 'ClientCertificateWanted', detail: `it wants a certificate of the caller (${code})` };
  if (code === 'ECONNRESET' || code === 'EPIPE') return { outcome: 'Reset', detail: `it hung up during the handshake (${code})` };
  return { outcome: 'HandshakeFailed', detail: `the handshake failed (${code})` };
}
