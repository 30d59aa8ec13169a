/**
 * What makes two deliveries the same trouble, and the name of its Incident.
 *
 * Identity is the alert's name and what it is for. Labels that change while the trouble stays are left out by rule: pods (their
 * owner stands in their place), places they run on, who measured, who delivered, and how bad it is. Times are no part of it, as
 * `startsAt` shifts when Prometheus restarts; nor is the sender's fingerprint, which is 64 bits and the sender's to choose.
 */
import { createHash } from 'node:crypto';
import type { ObjectRef } from '../crds/common.ts';
import { NODE_LABELS, POD_LABELS, targetsOf, WORKLOAD_LABELS, workloadNameOf } from './alertTargets.ts';
import { canonicalJson } from './canonical.ts';
import { type Labels, meantLabels } from './scrapeLabels.ts';
import { SEVERITY_LABELS } from './severity.ts';

/** Selects the Incidents of one identity; the value is `identityLabel`. */
export const IDENTITY_LABEL = 'agentsre.io/identity';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const SHORT = 16;
const MAX_TITLE = 200;

const POD_GENERATION = [
  'pod_template_hash',
  'pod-template-hash',
  'controller_revision_hash',
  'controller-revision-hash',
  'uid',
  'pod_uid',
  'container_id',
];
const TELLER = [
  'prometheus',
  'prometheus_replica',
  'replica',
  '__replica__',
  'receive_replica',
  'ruler_replica',
  'rule_replica',
  'thanos_replica',
];
const MEASUREMENT = ['instance', 'job', 'service', 'endpoint', 'metrics_path', 'id', 'image', 'image_id', 'image_spec'];
const ADDRESSES = ['ip', 'pod_ip', 'host_ip', 'internal_ip'];
const STATE = ['reason', 'phase', 'exitcode', 'exit_code'];

/** Never part of what is wrong. */
const VOLATILE: ReadonlySet<string> = new Set([...POD_GENERATION, ...TELLER]);
/** Who measured, where it ran and how it looked: left out once an object is named. */
const CIRCUMSTANCES: ReadonlySet<string> = new Set([...MEASUREMENT, ...ADDRESSES, ...STATE]);

/** What people say of labels besides what is known by rule. */
export interface IdentityRules {
  /** Never part of an identity. */
  readonly ignored: ReadonlySet<string>;
  /** Always part of it. */
  readonly kept: ReadonlySet<string>;
}

/** As the configuration has them. */
export const identityRules = (words: {
  readonly ignoredLabels: readonly string[];
  readonly identifyingLabels: readonly string[];
}): IdentityRules => ({
  ignored: new Set(words.ignoredLabels),
  kept: new Set(words.identifyingLabels),
});

export const NO_RULES: IdentityRules = { ignored: new Set(), kept: new Set() };

/** Hex sha256 over the canonical identifying labels. */
export function identityOf(labels: Labels, rules = NO_RULES): string {
  return sha256(canonicalJson(identifyingLabels(labels, rules)));
}

/** Hex sha256 over all labels: one alert, as its sender tells alerts apart. */
export function fingerprintOf(labels: Labels): string {
  return sha256(canonicalJson(labels));
}

/** Which Incident of an identity, and in which form its name is. */
export interface IncidentPlace {
  /** From 1. */
  readonly ordinal: number;
  /** Short for people; full for the case that something else has taken the short name, so that no two identities ever share one. */
  readonly form: 'short' | 'full';
}

/** `inc-<hash>-<n>` */
export function incidentName(identity: string, { ordinal, form }: IncidentPlace): string {
  const hash = identityLabel(identity);
  return `inc-${form === 'short' ? hash.slice(0, SHORT) : hash}-${ordinal}`;
}

/** The inverse, as far as there is one; undefined for a name that intake did not make. */
export function incidentPlace(name: string): IncidentPlace | undefined {
  const [, hash, ordinal] = /^inc-([a-z2-7]{16}|[a-z2-7]{52})-([1-9][0-9]{0,8})$/u.exec(name) ?? [];
  return hash === undefined ? undefined : { ordinal: Number(ordinal), form: hash.length === SHORT ? 'short' : 'full' };
}

/** The identity in base32: a hex digest is one character too long for a label's value. */
export function identityLabel(identity: string): string {
  const bits = [...Buffer.from(identity, 'hex')].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const groups = bits.match(/.{1,5}/gu) ?? [];
  return groups.map((group) => ALPHABET[Number.parseInt(group.padEnd(5, '0'), 2)]).join('');
}

/** `KubePodCrashLooping: checkout in shop`. */
export function titleOf(labels: Labels): string {
  const name = labels['alertname'] ?? '';
  const [about] = targetsOf(labels);
  const where = about?.namespace === undefined ? '' : ` in ${about.namespace}`;
  const what = about === undefined ? (meantLabels(labels)['instance'] ?? '') : `${about.kind.toLowerCase()} ${about.name}${where}`;
  const title = [name === '' ? 'Alert without a name' : name, what].filter((part) => part !== '').join(': ');
  return title.length <= MAX_TITLE ? title : `${title.slice(0, MAX_TITLE - 1).toWellFormed()}…`;
}

function identifyingLabels(delivered: Labels, rules: IdentityRules): Labels {
  const { kept, subject, byPeople } = identifyingParts(delivered, rules);
  return { ...kept, ...(subject === undefined ? {} : Object.fromEntries([subject])), ...byPeople };
}

export interface IdentifyingParts {
  /** By their meant names (`meantLabels`). */
  readonly kept: Labels;
  /** What stands in place of the labels that name pods and nodes. */
  readonly subject: readonly ['workload' | 'node', string] | undefined;
  /** By the names as delivered. */
  readonly byPeople: Labels;
}

/** What an identity is made of. */
export function identifyingParts(delivered: Labels, { ignored, kept: asked }: IdentityRules): IdentifyingParts {
  const labels = meantLabels(delivered);
  const [about] = targetsOf(delivered);
  const isAboutObject = about !== undefined && about.kind !== 'Namespace' && about.kind !== 'Service';
  const subject = subjectOf(labels, about);
  const isKept = (name: string): boolean => {
    if (VOLATILE.has(name) || SEVERITY_LABELS.has(name)) return false;
    if (POD_LABELS.has(name) || WORKLOAD_LABELS.has(name)) return false;
    if (NODE_LABELS.has(name)) return subject === undefined;
    return !(isAboutObject || subject !== undefined) || !CIRCUMSTANCES.has(name);
  };
  const kept = Object.entries(labels).filter(([name, value]) => value !== '' && !ignored.has(name) && isKept(name));
  const byPeople = Object.entries(delivered).filter(([name, value]) => value !== '' && asked.has(name));
  return {
    kept: Object.fromEntries(kept),
    subject: subject === undefined || ignored.has(subject[0]) ? undefined : subject,
    byPeople: Object.fromEntries(byPeople),
  };
}

function subjectOf(labels: Labels, about: ObjectRef | undefined): IdentifyingParts['subject'] {
  const workload = workloadNameOf(labels);
  if (workload !== undefined) return ['workload', workload];
  return about?.kind === 'Node' ? ['node', about.name] : undefined;
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
