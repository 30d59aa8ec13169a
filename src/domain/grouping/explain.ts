/**
 * Which subject explains which: for each the best cause among the others, so that what remains unexplained are origins.
 *
 * Parsimony as in fault localisation over dependency graphs (Katzela & Schwartz 1995; Bahl et al., "Sherlock", 2007): an alert needs no cause of
 * its own where one that it depends on accounts for it. Every subject gets at most one parent and no circle is closed, so that two origins
 * are never joined by an effect that both could have.
 */
import { causalRank, type FailureMode } from './failureMode.ts';
import { type Way, waysFrom } from './paths.ts';
import { PROPAGATION } from './propagation.ts';
import type { Subject } from './subjects.ts';
import { timeFits } from './timing.ts';
import { type EntityKey, keyOfRef, type LinkKind, spoken, type TopologyIndex } from './topology.ts';

export interface Explanation {
  readonly effect: Subject;
  readonly cause: Subject;
  /** From 0 to 1. */
  readonly score: number;
  /** Said of the effect: `runs on node worker-2`. */
  readonly why: string;
}

export type Ways = ReadonlyMap<Subject, ReadonlyMap<EntityKey, Way>>;

/** Below it, nothing is said to be the cause. */
export const LEAST_SCORE = 0.4;
/** A milder failure seldom causes a graver one: errors of a callee do not make a caller crash. */
const AGAINST_THE_GRAIN = 0.6;
/** Its own change shortly before is the likelier cause. */
const OWN_CHANGE = 0.5;
const OWN_CHANGE_MS = 20 * 60_000;
/** What nobody has to act on comes and goes at all times. */
const HINT = 0.4;

export function allWays(subjects: readonly Subject[], index: TopologyIndex): Ways {
  const known = new Set(subjects.map(({ entity }) => entity));
  const isKnown = (entity: EntityKey): boolean => known.has(entity);
  return new Map(subjects.map((subject) => [subject, waysFrom(subject, { index, isKnown })]));
}

export function explanationsOf(subjects: readonly Subject[], ways: Ways, index: TopologyIndex): readonly Explanation[] {
  const byEntity = Map.groupBy(subjects, ({ entity }) => entity);
  return subjects.flatMap((effect) => {
    const diagnosed = byDiagnosis(effect, byEntity, index);
    if (diagnosed !== undefined) return diagnosed;
    return [...(ways.get(effect) ?? [])].flatMap(([entity, way]) =>
      (byEntity.get(entity) ?? []).flatMap((cause) => byWay(effect, cause, way, index) ?? []),
    );
  });
}

/** Where its own investigation has named a cause, that counts and nothing else: undefined when it has not. */
function byDiagnosis(
  { head, entity }: Subject,
  byEntity: ReadonlyMap<EntityKey, readonly Subject[]>,
  index: TopologyIndex,
): readonly Explanation[] | undefined {
  const diagnosis = head?.diagnosis;
  if (diagnosis?.object === undefined) return undefined;
  const named = index.resolve(keyOfRef(diagnosis.object));
  if (named === entity) return BLAMES_OTHERS.test(diagnosis.reason) ? undefined : [];
  const effect = byEntity.get(entity)?.find((subject) => subject.head === head);
  const why = `its own investigation names ${spoken(named)}`;
  return effect === undefined ? [] : (byEntity.get(named) ?? []).map((cause) => ({ effect, cause, score: 0.97, why }));
}

/** Reasons that say: it fails because something else does, or do not say why. */
const BLAMES_OTHERS =
  /^(?:DependencyFailing|ErrorRateIncreased|LatencyIncreased|DatabaseUnreachable|ClusterDNSUnavailable|ServiceWithoutEndpoints|ProbeFailing)$/u;

function byWay(effect: Subject, cause: Subject, way: Way, index: TopologyIndex): Explanation | undefined {
  if (cause === effect || ![...cause.modes].some((mode) => way.causes.has(mode) && isCredible(cause, mode))) return undefined;
  const byCall = isCall(way);
  const grain = isAgainstTheGrain(effect, cause) ? AGAINST_THE_GRAIN : 1;
  const own = byCall && changedItself(effect, index) && !changedItself(cause, index) ? OWN_CHANGE : 1;
  const hint = effect.severity === 'info' ? HINT : 1;
  const partly = isServed(way) && STARTS_NOT.has(cause.mode) && index.serves(cause.entity) ? STILL_SERVES : 1;
  const score = way.weight * timeFits(cause, effect.start) * grain * own * hint * partly;
  if (score < LEAST_SCORE) return undefined;
  return { effect, cause, score, why: cause.trouble === undefined ? whyBy(way) : `${whyBy(way)}, which ${cause.trouble}` };
}

/** A hint that nobody has to act on is no cause of what somebody has to. */
const isCredible = ({ members }: Subject, mode: string): boolean =>
  mode !== 'saturation' || members.some((member) => member.mode === mode && member.severity !== 'info');

const SERVED: ReadonlySet<LinkKind | undefined> = new Set<LinkKind>(['calls', 'names', 'routes', 'backs', 'servedBy']);
const isServed = ({ links: [first] }: Way): boolean => SERVED.has(first?.kind);

const isCall = ({ links: [first] }: Way): boolean => first?.kind === 'calls' || first?.kind === 'names';

const MILD: ReadonlySet<FailureMode> = new Set(['errors', 'slow', 'job', 'scaling', 'apiClient', 'other']);
/** A new version that does not start leaves the old one at work. */
const STARTS_NOT: ReadonlySet<FailureMode> = new Set(['image', 'config', 'pending']);
const STILL_SERVES = 0.6;

function isAgainstTheGrain(effect: Subject, cause: Subject): boolean {
  if (!MILD.has(cause.mode)) return false;
  return causalRank(cause.mode, cause.severity) > causalRank(effect.mode, effect.severity);
}

export function changedItself({ entity, start = 0 }: Subject, index: TopologyIndex): boolean {
  return index.changesOf(entity).some(({ at }) => at <= start + 60_000 && at >= start - OWN_CHANGE_MS);
}

/** The links of a way in words: what is between the first two and the last is left out. */
export function whyBy({ links }: Way): string {
  const said = links.map(({ to, kind }) => PROPAGATION[kind].words(to));
  return (said.length <= 3 ? said : [...said.slice(0, 2), ...said.slice(-1)]).join(', which ');
}
