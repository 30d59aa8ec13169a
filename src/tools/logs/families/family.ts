/** A family of failures, by what programs write of it, and which others follow from it. */
import { DATABASE_TROUBLES } from '../../../investigate/analyzers/databaseTroubles.ts';

export const FAMILY_NAMES = [
  'OutOfMemory',
  'DiskFull',
  'TooManyOpenFiles',
  'StorageFault',
  'ImagePullFailed',
  'SchedulingFailed',
  'VolumeMountFailed',
  'NodePressure',
  'CertificateInvalid',
  'ClockSkew',
  'TlsFailure',
  'DnsFailure',
  'DatabaseConnectionsExhausted',
  'DatabaseReadOnly',
  'PoolExhausted',
  'Deadlock',
  'SchemaMismatch',
  'AuthenticationFailed',
  'PermissionDenied',
  'PortInUse',
  'WrongArchitecture',
  'DependencyMissing',
  'ConfigurationInvalid',
  'DatabaseUnreachable',
  'RateLimited',
  'BrokerTrouble',
  'LeaderLost',
  'ConnectionRefused',
  'NetworkUnreachable',
  'SlowQueries',
  'ReplicationLag',
  'Timeout',
  'ConnectionReset',
  'CircuitOpen',
  'ProbeFailed',
  'CrashLoop',
  'Panic',
  'BadData',
  'FileMissing',
  'ServerErrors',
  'UncaughtException',
  'OtherErrors',
  'OtherWarnings',
] as const;
export type FamilyName = (typeof FAMILY_NAMES)[number];

/** `root`: wrong in itself; `dependency`: something else does not answer; `effect`: what follows from other trouble; `unknown`: only that it fails. */
export type FamilyKind = 'root' | 'dependency' | 'effect' | 'unknown';

export interface Family {
  readonly name: FamilyName;
  readonly title: string;
  readonly kind: FamilyKind;
  readonly fits: (message: string) => boolean;
  readonly explains: readonly FamilyName[];
  /** Begins a sentence that ends in "(of what)", where that is known. */
  readonly statement: string;
  /** What to look at or do first. */
  readonly next: string;
}

export const by =
  (pattern: RegExp) =>
  (message: string): boolean =>
    pattern.test(message);

/** As a log of one line. */
export const tail = (message: string) => ({ lines: [message], evidence: '' });

export const database = (reason: string): RegExp => DATABASE_TROUBLES.find((trouble) => trouble.reason === reason)?.pattern ?? /(?!)/u;
