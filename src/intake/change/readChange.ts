/**
 * What was reported to `POST /webhook/change`: our own short form, or what GitHub and Terraform Cloud send by themselves.
 *
 * Strings are bounded, times are believed up to five minutes ahead of our clock, and names have to be what Kubernetes allows. What is wrong
 * is named, with what to write instead.
 */

import { z } from 'zod';
import { LABEL_NAME, POSSIBLE_OBJECT_NAME } from '../../domain/kubernetesNames.ts';
import { CHANGE_KINDS, type ChangeKind, type ReportedChange } from '../../domain/reportedChange.ts';
import { Rejection } from '../rejection.ts';
import { githubDeployment } from './github.ts';
import { terraformRun } from './terraform.ts';

const AHEAD_MS = 5 * 60_000;
const OLDEST_MS = 7 * 86_400_000;

const objectName = z.string().regex(POSSIBLE_OBJECT_NAME, 'is not the name of a Kubernetes object');
const namespaceName = z.string().regex(LABEL_NAME, 'is not the name of a namespace');
const line = (max: number) =>
  z
    .string()
    .transform((text) =>
      text
        .replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, ' ')
        .trim()
        .slice(0, max)
        .toWellFormed(),
    )
    .pipe(z.string().min(1, 'is empty'));

/** `shop/checkout`, or the same by name. */
const changed = z.union([
  z.string().transform((text, context) => {
    const [last = '', before, ...more] = text.split('/').toReversed();
    if (more.length > 0 || !objectName.safeParse(last).success || !(before === undefined || namespaceName.safeParse(before).success)) {
      context.addIssue({ code: 'custom', message: 'is not written as namespace/name' });
      return z.NEVER;
    }
    return before === undefined ? { name: last } : { namespace: before, name: last };
  }),
  z.object({ namespace: namespaceName.optional(), kind: line(63).optional(), name: objectName }),
]);

const own = z.object({
  summary: line(500),
  kind: z
    .string()
    .optional()
    .transform((text) => kindOf(text)),
  at: z.union([z.iso.datetime({ offset: true }), z.number()]).optional(),
  source: line(100).default('webhook'),
  author: line(200).optional(),
  url: z
    .string()
    .max(2048)
    .regex(/^https?:\/\/\S+$/u, 'is not an http or https address')
    .optional(),
  objects: z.array(changed).max(50).default([]),
});

/** Undefined: understood, and no change that has taken effect, such as a run that was only planned. */
export function readChange(value: unknown, headers: Headers, now: number): ReportedChange | undefined {
  const event = headers.get('x-github-event');
  if (event !== null) return githubDeployment(event, value);
  const run = terraformRun(value);
  if (run !== 'foreign') return run;
  const parsed = own.safeParse(value);
  if (!parsed.success) throw invalid(parsed.error);
  const { at, ...change } = parsed.data;
  return { ...change, at: timeOf(at, now) };
}

/** Words that pipelines use. */
const KINDS: Readonly<Record<string, ChangeKind>> = {
  deploy: 'Deployment',
  deployment: 'Deployment',
  release: 'Deployment',
  rollback: 'Deployment',
  config: 'Configuration',
  configuration: 'Configuration',
  flag: 'FeatureFlag',
  'feature-flag': 'FeatureFlag',
  featureflag: 'FeatureFlag',
  terraform: 'Infrastructure',
  infrastructure: 'Infrastructure',
  migration: 'Migration',
  'database-migration': 'Migration',
  maintenance: 'Maintenance',
};

const kindOf = (text = ''): ChangeKind =>
  CHANGE_KINDS.find((kind) => kind.toLowerCase() === text.trim().toLowerCase()) ?? KINDS[text.trim().toLowerCase()] ?? 'Other';

function timeOf(at: string | number | undefined, now: number): number {
  if (at === undefined) return now;
  // Seconds since the epoch, as `date +%s` prints them, or milliseconds.
  const time = typeof at === 'string' ? Date.parse(at) : at < 1e11 ? at * 1000 : at;
  if (time > now + AHEAD_MS || time < now - OLDEST_MS) {
    throw new Rejection(422, 'invalid_change', 'The change can’t be kept: at is not within the last seven days; leave it out for now.');
  }
  return Math.round(time);
}

function invalid({ issues: [issue] }: z.ZodError): Rejection {
  const path = (issue?.path ?? []).join('.');
  const what = issue?.code === 'invalid_type' ? `is not of type ${issue.expected}` : (issue?.message ?? 'makes no sense');
  return new Rejection(
    422,
    'invalid_change',
    `The change can’t be kept: ${path === '' ? 'the body' : path} ${what}. Send {"summary": "deployed checkout 2.1", "kind": "deployment", "source": "ci", "objects": ["shop/checkout"]}.`,
  );
}
