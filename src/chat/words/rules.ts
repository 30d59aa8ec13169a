/** Which words mean which question, from the surest to the vaguest. Every pattern is a choice among words: linear whatever is asked. */
import type { IntentKind } from './intent.ts';

interface Features {
  readonly words: string;
  readonly mentions: number;
  /** The name of an Incident or of a plan is said. */
  readonly incident: boolean;
  readonly plan: boolean;
}

interface Rule {
  readonly kind: IntentKind;
  readonly fits: (features: Features) => boolean;
}

const says =
  (pattern: RegExp) =>
  ({ words }: Features): boolean =>
    pattern.test(words);
/** Nothing else is said. */
const saysOnly =
  (allowed: string) =>
  ({ words }: Features): boolean => {
    const known = new Set(allowed.split(' '));
    return words.split(' ').every((word) => known.has(word));
  };
const both =
  (a: Rule['fits'], b: Rule['fits']): Rule['fits'] =>
  (features) =>
    a(features) && b(features);
const ofIncident = ({ incident }: Features): boolean => incident;
const ofPlan = ({ plan }: Features): boolean => plan;
const ofSomething = ({ mentions }: Features): boolean => mentions > 0;

const SIGNALS = ['latency', 'traffic', 'errors', 'saturation'];
const ofSeveralSignals = ({ words }: Features): boolean => SIGNALS.filter((signal) => words.includes(signal)).length >= 3;

const GREETING = 'hi hello hey yo moin jamie good morning evening afternoon day there dear are you here how is it going';
const THANKS =
  'thanks thank you thx cheers ta very much a lot ok okay great perfect nice one good jamie so again awesome cool that is all bye';
const WELL =
  /\b(?:broken|failing|fails?|down|wrong|problems?|issues?|trouble|outages?|on fire|unhealthy|overview|going on|status|health|healthy|ok|okay|fine|state|up|look at first|doing|situation|weird|odd|strange)\b/u;

/** What there is a list of, beside pods. */
export const LISTED = /\b(?:services|deployments|statefulsets|daemonsets|nodes|namespaces|jobs|cronjobs|ingresses)\b/u;

export const RULES: readonly Rule[] = [
  { kind: 'thanks', fits: both(says(/\b(?:thanks|thank|thx|cheers|ta)\b/u), saysOnly(THANKS)) },
  { kind: 'greeting', fits: both(says(/^(?:hi|hello|hey|yo|moin|good (?:morning|evening|afternoon|day))\b/u), saysOnly(GREETING)) },
  {
    kind: 'help',
    fits: says(
      /^help(?: me)?(?: please)?$|\bwhat (?:can|could) (?:you do|i ask)\b|\bwhat (?:are you able|do you know)\b|\bwho are you\b|\bhow (?:do|can) i use\b|\b(?:some )?examples\b|\byour commands\b/u,
    ),
  },
  { kind: 'logs', fits: says(/\blogs?\b|\blogging\b|\btail\b|\b\d+ lines\b|\bstd(?:out|err)\b/u) },
  {
    kind: 'advice',
    fits: says(
      /\bmonitoring\b|\bshould i (?:monitor|alert|watch)\b|\bnot monitored\b|\balerts are missing\b|\bmissing alerts\b|\b(?:suggest|recommend)\b|\b(?:have|has) (?:any )?(?:alerts|dashboards)\b/u,
    ),
  },
  { kind: 'plan', fits: ofPlan },
  { kind: 'who', fits: says(/\bwho (?:is|was|are)? ?(?:currently )?(?:on|working|looking|handling|handles|assigned|responsible)\b/u) },
  {
    kind: 'who',
    fits: says(
      /\bwho (?:owns|acknowledged|acked|took|has)\b|\b(?:anybody|anyone|somebody|someone) (?:looking|working|taken|on)\b|\bon ?call\b/u,
    ),
  },
  { kind: 'plans', fits: says(/\bplans\b|\bapprovals?\b|\b(?:to|needs?) approve\b|\bare you going to do\b|\bproposed\b/u) },
  {
    kind: 'why',
    fits: both(ofIncident, says(/\bwhy\b|\bcauses?\b|\broot\b|\bdiagnos|\breasons?\b|\bexplain\b/u)),
  },
  { kind: 'incident', fits: ofIncident },
  {
    kind: 'sync',
    fits: says(
      /\bflux\b|\bkustomizations?\b|\bhelm ?releases?\b|\bgitops\b|\breconcil|\bargo ?(?:cd)?\b|\b(?:in|out of) sync\b|\bsynced\b/u,
    ),
  },
  {
    kind: 'why',
    fits: says(
      /\bwhy\b|\bhow come\b|\broot cause\b|\bcauses? of\b|\bwrong with\b|\bdiagnos|\btroubleshoot|\bdebug|\binvestigate\b|\bwhat (?:happened|broke)\b|\bnext steps?\b|\bwhat (?:should|can|could) (?:i|we) do\b/u,
    ),
  },
  { kind: 'why', fits: both(ofSomething, says(/\bshould (?:i|we)\b|\bexplain\b|\breasons? (?:for|of)\b/u)) },
  {
    kind: 'changes',
    fits: says(
      /\bchang(?:e|es|ed)\b|\bdeployed\b|\b(?:recent|last|latest|new|any) deployments?\b|\breleases?\b|\breleased\b|\brollouts?\b|\brolled out\b|\btouch(?:ed)?\b|\bwhat is new\b|\bdid (?:we|you|they|somebody|anybody|someone) (?:deploy|release|ship|change)\b|\bdeployments? (?:today|lately|recently)\b/u,
    ),
  },
  { kind: 'signals', fits: says(/\bgolden ?signals?\b|\bsignals\b|\bmetrics\b|\bperform(?:s|ance|ing)?\b/u) },
  { kind: 'signals', fits: ofSeveralSignals },
  { kind: 'pods', fits: says(/\b(?:which|what|list|get|show|see) (?:me )?(?:all )?(?:the )?pods\b/u) },
  {
    kind: 'metric',
    fits: says(
      /\blatenc(?:y|ies)\b|\bp\d\d\b|\berror rate\b|\berrors\b|\brequests?\b|\brps\b|\bqps\b|\bmemory\b|\bcpu\b|\bthrottl|\breplicas?\b|\brestart(?:s|ed)?\b|\bresponse times?\b|\bslow(?:er|ly)?\b|\b[45]\d\ds\b|\b[45]xx\b|\bthroughput\b|\btraffic\b|\bsaturation\b|\bdisk\b/u,
    ),
  },
  { kind: 'pods', fits: says(/\bpods?\b/u) },
  { kind: 'incidents', fits: says(/\bincidents?\b|\balerts?\b|\balerting\b|\bfiring\b/u) },
  { kind: 'health', fits: both(ofSomething, says(WELL)) },
  { kind: 'health', fits: both(ofSomething, says(/\bcheck\b|\bworks?\b|^how (?:is|are)\b/u)) },
  { kind: 'broken', fits: says(WELL) },
  { kind: 'broken', fits: says(/^how (?:is|are)\b/u) },
  { kind: 'describe', fits: both(ofSomething, says(/\bdescribe\b|\bevents?\b/u)) },
  { kind: 'list', fits: both(says(LISTED), says(/^(?:list|show|get|what|which|all|kubectl)\b/u)) },
];
