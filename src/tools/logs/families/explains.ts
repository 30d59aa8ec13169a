/** Families of failures that follow from others. */
import type { FamilyName } from './family.ts';

/** What is seen of a failure from outside. */
export const EFFECTS: readonly FamilyName[] = ['ProbeFailed', 'CrashLoop', 'CircuitOpen', 'ServerErrors', 'LeaderLost'];
/** That something fails, without a word on why. */
export const FAILING: readonly FamilyName[] = ['UncaughtException', 'OtherErrors'];
/** Of a program that does not come up. */
export const STARTING: readonly FamilyName[] = [
  'ConnectionRefused',
  'Panic',
  'UncaughtException',
  'OtherErrors',
  'ProbeFailed',
  'CrashLoop',
  'ServerErrors',
];
/** Of storage that takes no more. */
export const FULL: readonly FamilyName[] = [
  'DatabaseReadOnly',
  'DatabaseUnreachable',
  'StorageFault',
  'ConnectionRefused',
  'ConnectionReset',
  'Timeout',
  'BrokerTrouble',
  'SlowQueries',
  'ReplicationLag',
  'NodePressure',
  'Panic',
  'UncaughtException',
  'OtherErrors',
  'ProbeFailed',
  'CrashLoop',
  'CircuitOpen',
  'ServerErrors',
  'LeaderLost',
];
export const CONNECTIONS: readonly FamilyName[] = [
  'ConnectionRefused',
  'ConnectionReset',
  'NetworkUnreachable',
  'Timeout',
  'DatabaseUnreachable',
  'BrokerTrouble',
];
