/**
 * What an active check is asked, and what it answers: plain data, shared by the policy and by what does the I/O.
 *
 * A check that could not be made has an outcome of its own (`TimedOut`, `NotAllowed`); it is never told as a success.
 */
import type { ObjectRef } from '../../crds/common.ts';

/** Who names the host. Only a Service's own addresses are inside of the cluster. */
export type NamedBy = 'Ingress' | 'Gateway' | 'Service';

/** What is spoken on a port, as far as the objects say it. */
export type Speech = 'tcp' | 'tls' | 'http' | 'https';

export interface CheckTarget {
  readonly host: string;
  readonly port: number;
  readonly speech: Speech;
  readonly from: NamedBy;
  readonly object: ObjectRef;
  /** The host stands for addresses of the cluster's own: private ones may be connected to. */
  readonly inCluster: boolean;
  /** Path for HTTP, where the object has one. */
  readonly path?: string | undefined;
}

export type DnsOutcome = 'Resolved' | 'NoSuchName' | 'ResolverFailed' | 'NotAllowed' | 'TimedOut';
export type TcpOutcome = 'Open' | 'Refused' | 'Reset' | 'Unreachable' | 'TimedOut';
export type TlsOutcome =
  | 'Trusted'
  | 'Expired'
  | 'NotYetValid'
  | 'WrongName'
  | 'SelfSigned'
  | 'ChainIncomplete'
  | 'UnknownIssuer'
  | 'NotTrusted'
  | 'NotTls'
  | 'ProtocolRefused'
  | 'ClientCertificateWanted'
  | 'HandshakeFailed'
  | 'Reset'
  | 'TimedOut';
export type HttpOutcome = 'Answered' | 'NotHttp' | 'HeadersTooLarge' | 'Reset' | 'TimedOut';

export interface Certificate {
  readonly subject: string;
  readonly issuer: string;
  /** DNS names and addresses that it is for. */
  readonly names: readonly string[];
  /** Milliseconds since the epoch. */
  readonly validFrom: number;
  readonly validTo: number;
  /** Certificates that the server sent, its own included. */
  readonly sent: number;
  readonly protocol: string;
}

interface Place {
  readonly host: string;
  readonly port: number;
  /** The address that was connected to; absent where there was none to connect to. */
  readonly address?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** For people; names and texts of the other side are cleaned and cut by the caller's cleaner. */
  readonly detail: string;
}

export type CheckResult =
  | (Place & { readonly check: 'dns'; readonly outcome: DnsOutcome; readonly addresses: readonly string[] })
  | (Place & { readonly check: 'tcp'; readonly outcome: TcpOutcome })
  | (Place & {
      readonly check: 'tls';
      readonly outcome: TlsOutcome;
      readonly certificate?: Certificate | undefined;
      /** All that is wrong, the gravest first; `outcome` is the first. */
      readonly problems: readonly TlsOutcome[];
    })
  | (Place & { readonly check: 'http'; readonly outcome: HttpOutcome; readonly status?: number | undefined });
