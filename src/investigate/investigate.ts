/**
 * Investigates one question: gather, analyse, correlate, rank, report. Reads only, but for evidence that it stores by digest.
 *
 * It ends at its deadline with what is known by then, and what could not be seen is in the gaps; it fails only when the caller
 * aborts it. The result fits the schema of an Investigation's status and stays under 40 KiB.
 */
import type { Clock } from '../clock.ts';
import type { Incident, Investigation } from '../crds/kinds.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Logger } from '../kube/logger.ts';
import type { AlertSource, AlertVerdict } from '../sources/alerts.ts';
import type { ChangesPort } from '../sources/changes.ts';
import type { DashboardsPort, NotesPort } from '../sources/dashboards.ts';
import { mergeGaps } from '../sources/gap.ts';
import type { TelemetryPorts } from '../sources/signalsOf.ts';
import { createCleaner, type Redact } from '../sources/text.ts';
import type { Checking } from './activeChecks.ts';
import type { AfterFix } from './aftermath.ts';
import { analyse } from './analyse.ts';
import type { ApplicationSources } from './applicationSource.ts';
import { type Conclusion, conclude } from './conclude.ts';
import { type Counsel, consult } from './consult.ts';
import type { ForeignTools } from './foreignTools.ts';
import { type Gathered, gather } from './gather.ts';
import type { ConsultRequest, ModelAdviser } from './model/adviser.ts';
import type { InvestigationResult } from './result.ts';
import { questionOf } from './scopeOf.ts';
import type { Specialists } from './specialists/specialists.ts';
import { type EvidenceSink, storeEvidence } from './storeEvidence.ts';
import { withDeadline } from './withDeadline.ts';

export interface InvestigatorDeps {
  readonly kube: KubeClient;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Takes secrets out of every text that is read. A text that it throws on is withheld. */
  readonly redact: Redact;
  readonly evidence: EvidenceSink;
  /** Commits behind a workload; absent: a gap. */
  readonly git?: ChangesPort | undefined;
  /** Absent: none of it is configured. */
  readonly telemetry?: TelemetryPorts | undefined;
  readonly alerts?: AlertSource | undefined;
  /** Absent: nothing is tried. */
  readonly checks?: Checking | undefined;
  /** Absent: the source of applications is not read. */
  readonly applications?: ApplicationSources | undefined;
  /** Where people look at what is wrong; absent: nobody is asked. */
  readonly dashboards?: readonly DashboardsPort[] | undefined;
  /** Where people and programs note what they do; absent: nobody is asked. */
  readonly notes?: readonly NotesPort[] | undefined;
  /** Read-only tools of others for the model, opened for one investigation; absent: none. */
  readonly foreignTools?: ((signal: AbortSignal) => Promise<ForeignTools>) | undefined;
  /** Absent: the analysis alone. */
  readonly model?: ModelAdviser | undefined;
  /** Absent: nobody is asked. */
  readonly specialists?: Specialists | undefined;
}

export interface InvestigationRequest {
  readonly investigation: Investigation;
  readonly incident?: Incident | undefined;
  /** Ends the work with its reason; what had been found is lost. */
  readonly signal: AbortSignal;
  /** Reads on somebody's behalf; absent: as the operator. */
  readonly kube?: KubeClient | undefined;
  /** Of a verification: the fix that is looked after. */
  readonly fix?: AfterFix | undefined;
  /** Namespaces in which targets may be; absent: any. */
  readonly namespaces?: readonly string[] | undefined;
}

export interface Investigator {
  run(request: InvestigationRequest): Promise<InvestigationResult>;
}

const DEFAULT_BUDGET = { seconds: 120, toolCalls: 300 };
/** Of the time, what is left for storing evidence. */
const STORING_SHARE = 0.2;
const LONGEST_STORING_MS = 10_000;

export function createInvestigator(deps: InvestigatorDeps): Investigator {
  return { run: (request) => run(deps, request) };
}

async function run(deps: InvestigatorDeps, request: InvestigationRequest): Promise<InvestigationResult> {
  const { clock, logger } = deps;
  const { investigation, incident, signal } = request;
  const { seconds, toolCalls } = { ...DEFAULT_BUDGET, ...investigation.spec.budget };
  const storingMs = Math.min(LONGEST_STORING_MS, STORING_SHARE * seconds * 1000);
  const now = clock.now();
  const question = questionOf(investigation, incident, request.namespaces, now);
  const causes = investigation.spec.purpose !== 'Verification';

  const gatheringMs = seconds * 1000 - storingMs;

  const [gathered, alert] = await withDeadline(clock, signal, gatheringMs, (limit) =>
    Promise.all([
      gather(
        { ...deps, kube: request.kube ?? deps.kube, cleaner: createCleaner(deps.redact) },
        { ...question, at: now, calls: toolCalls, milliseconds: gatheringMs, signal: limit, causes, fix: request.fix },
      ),
      causes ? alertNow(deps, incident, limit) : undefined,
    ]),
  );
  signal.throwIfAborted();
  const counsel = causes ? await counselOf(deps, request, gathered) : undefined;
  const conclusion = conclude({ investigation, incident, gathered, question, alert, counsel, now: clock.now() });
  for (const { analyzer, error } of conclusion.errors)
    logger.error({ err: error, analyzer, investigation: investigation.metadata.name }, 'analyzer failed');
  const leftMs = seconds * 1000 - storingMs - (clock.now() - now);
  const advised = await advise(deps, conclusion, { investigation, signal, leftMs, guidance: counsel?.prompts.join('\n') });
  const result = await withDeadline(clock, signal, storingMs, (limit) => storeEvidence(deps.evidence, investigation, advised, limit));
  signal.throwIfAborted();
  return result;
}

/** With what a model makes of it; it may use the tools of others, which are open for that long. */
async function advise({ model, foreignTools }: InvestigatorDeps, conclusion: Conclusion, request: ConsultRequest): Promise<Conclusion> {
  if (model === undefined) return conclusion;
  if (foreignTools === undefined || !causesAreOpen(conclusion, request)) return model.consult(conclusion, request);
  const { tools, gaps, close } = await foreignTools(request.signal);
  try {
    const { result, ...rest } = await model.consult(conclusion, { ...request, tools });
    return { ...rest, result: { ...result, gaps: mergeGaps([...result.gaps, ...gaps]) } };
  } finally {
    await close();
  }
}

/** A model is asked nothing of a verification, of what is healthy, or where it may spend nothing. */
const causesAreOpen = ({ result }: Conclusion, { investigation: { spec } }: ConsultRequest): boolean =>
  spec.purpose !== 'Verification' && result.outcome !== 'NothingWrong' && spec.budget?.tokens !== 0;

/** What the specialists make of it, in the time that one question to a source may take. */
async function counselOf(
  { clock, specialists, telemetry }: InvestigatorDeps,
  { investigation, incident, signal }: InvestigationRequest,
  { around, snapshot }: Gathered,
): Promise<Counsel | undefined> {
  if (specialists === undefined) return undefined;
  const { findings } = analyse(around);
  return withDeadline(clock, signal, COUNSEL_MS, (limit) =>
    consult({ specialists, metrics: telemetry?.metrics ?? [], investigation, incident, snapshot, findings, clock, signal: limit }),
  );
}

const COUNSEL_MS = 5_000;

/** What the source of the alerts says of them now; undefined when there is nobody to ask, or nothing to ask about. */
async function alertNow(
  { alerts }: InvestigatorDeps,
  incident: Incident | undefined,
  signal: AbortSignal,
): Promise<AlertVerdict | undefined> {
  const labels = incident?.spec.alerts?.[0]?.labels;
  return alerts === undefined || labels === undefined ? undefined : alerts.verdict(labels, signal);
}
