/** Investigation: one question about the cluster, the evidence that was gathered, and the answer with its citations. */
import { z } from 'zod';
import {
  commitId,
  conditions,
  count,
  fieldChange,
  nonEmpty,
  objectRef,
  observedGeneration,
  pinnedRef,
  requestedBy,
  seconds,
  sha256,
  text,
  timestamp,
  usage,
} from './common.ts';
import { FINDING_REASONS } from './reasons.ts';
import { immutable, rules } from './rules.ts';

export const investigationSpec = z
  .object({
    purpose: z
      .enum(['Diagnosis', 'Verification'])
      .default('Diagnosis')
      .describe('Diagnosis looks for a cause; Verification looks whether a fix has left anything wrong.'),
    incidentRef: pinnedRef.optional().describe('The Incident that asks.'),
    planRef: pinnedRef.optional().describe('The plan whose effect is verified.'),
    question: text(2048).optional().describe('A question of a person, where no Incident asks.'),
    targets: z.array(objectRef).max(20).optional().describe('Objects to look at first.'),
    window: z
      .object({
        start: timestamp().describe('From here on.'),
        end: timestamp().optional().describe('Until here; absent: until the investigation begins.'),
      })
      .meta(
        rules({
          rule: '!has(self.end) || self.end > self.start',
          message: 'the window ends before it starts; end has to be after start',
          fieldPath: '.end',
        }),
      )
      .optional()
      .describe('The time to look at; absent: from one hour before the Incident began until now.'),
    budget: z
      .object({
        seconds: seconds(600).default(120).describe('Wall-clock time; what is known by then is reported.'),
        tokens: z.int().min(0).max(1_000_000).default(50_000).describe('Language-model tokens.'),
        toolCalls: z.int().min(0).max(500).default(300).describe('Calls to sources.'),
      })
      .optional()
      .describe('What may be spent.'),
    specialist: text(63).optional().describe('Ask only this specialist.'),
    model: text(128).optional().describe('Model to use in place of the configured one.'),
    requestedBy: requestedBy(),
  })
  .meta(
    rules(
      immutable('An Investigation is one question: its spec cannot be changed. Create another Investigation'),
      {
        rule: 'has(self.incidentRef) || has(self.planRef) || has(self.question)',
        message: 'an Investigation needs something to look into: set incidentRef, or question (with targets)',
      },
      {
        rule: "(self.purpose == 'Verification') == has(self.planRef)",
        message: 'planRef names the plan whose effect is verified: set it when purpose is Verification, and only then',
        fieldPath: '.planRef',
      },
    ),
  );

const CONFIDENCE_MAX = 100;
const percent = (max: number) => z.int().min(0).max(max);
const confidence = () => percent(CONFIDENCE_MAX).describe('How sure, in percent.');
const evidenceIds = (max: number) => z.array(nonEmpty(32)).max(max);

const evidenceItem = z.object({
  id: nonEmpty(32).describe('Id within this investigation, for example e3.'),
  source: nonEmpty(64).describe('Where it is from, for example kubernetes or git.'),
  query: text(512).describe('What was asked.'),
  at: timestamp().describe('When it was seen.'),
  summary: text(512).describe('What it shows, in one line.'),
  digest: sha256().optional().describe('Digest of the stored content.'),
  uri: text(256).optional().describe('Where the content can be read.'),
});
export type EvidenceItem = z.infer<typeof evidenceItem>;

const finding = z.object({
  id: nonEmpty(32).describe('Id within this investigation, for example f1.'),
  analyzer: nonEmpty(64).describe('Analyzer that found it.'),
  reason: z.enum(FINDING_REASONS).describe('What is wrong, from the documented vocabulary.'),
  object: objectRef.describe('What it is wrong with.'),
  message: text(1024).describe('What was seen, for people.'),
  detail: text(317)
    .optional()
    .describe(
      'Which part of the object it is: the probe, the resource of a quota, what is missing. Compared with what is there, and never taken over.',
    ),
  cures: z.array(nonEmpty(63)).max(8).optional().describe('Actions that could cure it, best first.'),
  evidence: evidenceIds(20).describe('Evidence that shows it.'),
});
export type Finding = z.infer<typeof finding>;

const change = z.object({
  id: nonEmpty(32).describe('Id within this investigation, for example c1.'),
  kind: z
    .enum(['GitCommit', 'Rollout', 'Edit', 'Delivery', 'SourceCommit', 'Reported'])
    .describe(
      'What sort of change: a commit to what is deployed, a rollout, a write by hand, a sync of a GitOps engine, a commit to the application, a note on a dashboard.',
    ),
  at: timestamp().describe('When it took effect, as well as that is known.'),
  object: objectRef.optional().describe('What it changed.'),
  summary: text(256).describe('What was changed, in one line.'),
  author: text(253).optional().describe('Who made it, as the source says.'),
  repository: text(1024).optional().describe('Repository, without credentials.'),
  commit: commitId().optional().describe('Commit that made it.'),
  fields: z.array(fieldChange).max(30).optional().describe('Fields of rendered objects that it changed, redacted.'),
  evidence: evidenceIds(20).optional().describe('Evidence that shows it.'),
});
export type Change = z.infer<typeof change>;

const hypothesis = z.object({
  id: nonEmpty(32).describe('Id within this investigation, for example h1.'),
  statement: text(1024).describe('What may be the cause.'),
  category: text(64).describe('Kind of cause.'),
  confidence: confidence(),
  supports: evidenceIds(20).describe('Findings, changes and evidence that speak for it.'),
  contradicts: evidenceIds(20).optional().describe('Findings, changes and evidence that speak against it.'),
  source: z
    .enum(['analysis', 'model'])
    .optional()
    .describe(
      'Who says so: rules over the evidence, or a language model, whose words are shown last and marked as not verified. Absent: rules.',
    ),
});

const rootCause = z.object({
  reason: z.enum(FINDING_REASONS).describe('What is wrong, from the documented vocabulary.'),
  object: objectRef.describe('What it is wrong with.'),
  statement: text(1024).describe('The cause in one or two sentences.'),
  confidence: confidence(),
  finding: nonEmpty(32).describe('The finding that it rests on.'),
  change: nonEmpty(32).optional().describe('The change that brought it about, where one is known.'),
  evidence: evidenceIds(20).describe('Evidence that it cites.'),
});
export type RootCause = z.infer<typeof rootCause>;

export const gap = z.object({
  source: nonEmpty(64).describe('What could not be seen.'),
  reason: z.enum(['Forbidden', 'Unavailable', 'TimedOut', 'Malformed', 'TooLarge', 'NotConfigured', 'NotFound']).describe('Why.'),
  message: text(512).describe('What was tried, and what to do about it.'),
});
export type Gap = z.infer<typeof gap>;

const reportSection = () => z.array(text(1024)).max(20).optional();
const report = z.object({
  summary: text(256).optional().describe('The whole in one line.'),
  impact: text(1024).describe('Since when, and what it does to users.'),
  since: timestamp().optional().describe('When it began, as well as that is known.'),
  failingPerMinute: count().optional().describe('Requests that fail in a minute, where metrics tell.'),
  callers: z.array(text(317)).max(10).optional().describe('Who calls it and is answered with errors, where traces or metrics tell.'),
  errorBudgetBurnt: percent(1000).optional().describe('How much of the error budget is spent, in percent, where an objective is known.'),
  service: text(317).describe('What it is about.'),
  alert: text(200).optional().describe('The alert that asks, by its name; the title of the Incident where there is none.'),
  alertedAt: timestamp().optional().describe('When that alert began.'),
  rootCause: text(1024).describe('The cause with the evidence that it cites, or what is not known.'),
  timeline: reportSection().describe('What happened, oldest first.'),
  tried: reportSection().describe('What was looked at and ruled out, where no cause could be named.'),
  lookNext: reportSection().describe('Where a person would look next, where no cause could be named.'),
  immediateActions: reportSection().describe('What to do now.'),
  prevention: reportSection().describe('What would have prevented it.'),
  keyMetrics: reportSection().describe('Figures that matter.'),
  notSeen: reportSection().describe('What could not be seen.'),
  responseMillis: count().describe('Time from the Investigation to its end.'),
});
export type Report = z.infer<typeof report>;

const aftermath = z.object({
  logsRead: z.boolean().optional().describe('Whether what the pods of now log since the fix could be read; absent: nobody asked.'),
  stillLogged: z
    .array(
      z.object({
        object: objectRef.describe('Workload and container.'),
        lines: count().describe('Lines since the fix that are like one that the diagnosis rests on.'),
      }),
    )
    .max(20)
    .optional()
    .describe('Who still logs the error that the diagnosis rests on.'),
  neighbours: z
    .object({
      complete: z.boolean().describe('Whether all of it could be seen.'),
      findings: z
        .array(
          z.object({
            reason: z.enum(FINDING_REASONS).describe('What is wrong.'),
            object: objectRef.describe('What it is wrong with.'),
          }),
        )
        .max(40)
        .describe('What is wrong around the targets.'),
    })
    .optional()
    .describe('The workloads around the targets: in their namespaces, called by them, on their nodes.'),
});
export type Aftermath = z.infer<typeof aftermath>;

const OUTCOMES = ['RootCauseFound', 'Unresolved', 'NothingWrong'] as const;

export const investigationStatus = z.object({
  observedGeneration: observedGeneration(),
  phase: z
    .enum(['Pending', 'Gathering', 'Analysing', 'Succeeded', 'Failed'])
    .optional()
    .describe('Derived from the conditions, for people.'),
  conditions: conditions(),
  outcome: z.enum(OUTCOMES).optional().describe('How it ended.'),
  evidence: z.array(evidenceItem).max(60).optional().describe('What was looked at.'),
  findings: z.array(finding).max(40).optional().describe('What is wrong, by rules.'),
  changes: z.array(change).max(10).optional().describe('What changed before it, the likeliest first.'),
  hypotheses: z.array(hypothesis).max(10).optional().describe('What may be the cause, the likeliest first.'),
  rootCause: rootCause.optional().describe('The cause, where one could be named.'),
  report: report.optional().describe('The report, as people read it.'),
  gaps: z.array(gap).max(20).optional().describe('What could not be seen, and why.'),
  aftermath: aftermath.optional().describe('Of a Verification: what it has seen beside the targets.'),
  affected: z.array(objectRef).max(50).optional().describe('Objects that the trouble reaches.'),
  refuted: z
    .object({
      planRef: pinnedRef.describe('The fix that rested on it.'),
      reason: text(512).describe('What was seen after it.'),
      at: timestamp().describe('When it was taken back.'),
    })
    .optional()
    .describe('A fix that rested on this diagnosis was live and did not help: it is taken to be wrong. Written with its Incident.'),
  startedAt: timestamp().optional().describe('When gathering began.'),
  completedAt: timestamp().optional().describe('When it reached its end.'),
  usage: usage(),
});

export type InvestigationStatus = z.infer<typeof investigationStatus>;
export const INVESTIGATION_CONDITIONS = ['Gathered', 'Analysed', 'Succeeded'] as const;
