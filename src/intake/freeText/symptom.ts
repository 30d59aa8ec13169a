/** What a message complains of, in the words that people and monitors use, and the usual name of an alert for it. */
export interface Symptom {
  readonly name: string;
  /** Not one service: all of production, every user. */
  readonly isEverything: boolean;
}

/** The more telling ones first: a pod that crashes for want of memory is out of memory. */
const SYMPTOMS: readonly (readonly [name: string, pattern: RegExp])[] = [
  [
    'OutOfMemory',
    /\b(?:oom(?:-?killed|s|ing|\b)|out of memory|memory (?:limit (?:reached|exceeded)|leak)|exit(?:ed)?(?: with)?(?: code)? 137)\b/iu,
  ],
  [
    'CrashLooping',
    /\b(?:crash-?loop(?:ing|backoff|s)?|crash loop(?:ing| backoff)?|crash(?:es|ing|ed)|keeps? (?:restarting|dying)|restarted (?:\d+|several|many) times|back-?off restarting|restart(?:ing|s) (?:constantly|every|in a loop)|panick?(?:ing|s|ed))\b/iu,
  ],
  ['ImagePullFailing', /\b(?:imagepullbackoff|errimagepull|cannot pull|can't pull (?:the )?image|image pull (?:error|fail\w*))\b/iu],
  [
    'PodsPending',
    /\b(?:(?:stuck|are|is|in) pending|unschedulable|failedscheduling|can(?:no|')t (?:be )?schedule[d]?|evict(?:ed|ing|ion)s?)\b/iu,
  ],
  ['CertificateExpiring', /\b(?:cert(?:ificate)?s?|tls)\b.{0,60}\b(?:expir(?:ed|es|ing|e|y)|invalid|not trusted)\b/iu],
  [
    'DiskFull',
    /\b(?:disk|volume|filesystem|file system|pvc|storage)\b.{0,40}\b(?:full|(?:9[0-9]|100) ?%|pressure|run(?:ning)? out)|\bno space left\b|\bout of (?:disk|space)\b/iu,
  ],
  [
    'HighErrorRate',
    /\b(?:5xx|50[0234]s?|http 50[0-4]|(?:error|failure) rates?|(?:lots of|many|tons of|spike (?:in|of)|increase(?:d)?(?: in)?|throwing|returning|getting|seeing|full of) .{0,20}(?:errors?|exceptions?|failures?)|(?:requests?|payments?|orders?|logins?|checkouts?|jobs?|calls?) (?:are |is |keep )?(?:failing|fail|erroring|rejected)|errors? (?:spik\w+|everywhere|increas\w+|rising))\b/iu,
  ],
  [
    'HighLatency',
    /\b(?:(?:very |really |super |so |extremely |too )slow|slow(?:ness)?\b|latenc(?:y|ies)|tim(?:ing|ed|es?) ?out|timeouts?|lagging|p9[0-9]|takes? (?:forever|ages|\d+ ?(?:s|sec|seconds|minutes)))\b/iu,
  ],
  [
    'ConnectionFailing',
    /\b(?:connection (?:refused|reset|pool (?:exhausted|full))|econnrefused|econnreset|no route to host|(?:dns|name) (?:resolution|lookups?) (?:fail\w*|error\w*)|nxdomain|can(?:no|')t (?:reach|connect)|unable to (?:reach|connect))\b/iu,
  ],
  ['QueueGrowing', /\b(?:consumer lag|replication lag|queue (?:is )?(?:growing|backed up|backlog|full)|backlog)\b/iu],
  ['HighCPU', /\b(?:cpu)\b.{0,40}\b(?:high|(?:9[0-9]|100) ?%|maxed|pegged|throttl\w+|spik\w+|saturat\w+)|\bhigh cpu\b|\bthrottled\b/iu],
  ['HighMemory', /\bmemory\b.{0,40}\b(?:high|(?:9[0-9]|100) ?%|climbing|growing|pressure)|\bhigh memory\b/iu],
  ['NodeNotReady', /\bnodes?\b.{0,40}\b(?:not ?ready|unreachable|down|gone|lost)\b|\bnotready\b/iu],
  ['RolloutStuck', /\brollouts?\b.{0,40}\b(?:stuck|fail(?:ed|ing|s)?|not progressing|deadline exceeded)\b/iu],
  [
    'ServiceDown',
    /\b(?:down|unreachable|unavailable|not (?:responding|working|reachable|loading|available)|no (?:\w+ )?(?:pods?|replicas?|endpoints?|backends?) (?:are |is )?(?:ready|available|left|up)|(?:isn't|aren't|doesn't|don't|won't|stopped) (?:responding|responsive|work(?:ing)?|load(?:ing)?|start(?:ing)?|respond(?:ing)?)|offline|dead|broken|outage|failing|(?:can(?:no|')t|can not|unable to|not able to) (?:log ?in|sign in|pay|check ?out|order|access|open|use|load|search|upload|buy)|fail(?:s|ed) (?:health|liveness|readiness)|unhealthy|degraded|on fire|borked)\b/iu,
  ],
];

const NEGATED =
  /\b(?:no|not|never|isn't|aren't|without|zero|stopped|any)\s+(?:\w+\s)?(?:errors?|crash\w*|down|slow|timeouts?|failures?|failing|broken|degraded|unhealthy|outage|oom\w*)\b/giu;
/** "down" that is a direction, "fail" and "slow" that are no trouble. */
const IDIOMS =
  /\b(?:(?:scal(?:e|ed|ing)|calm(?:ed)?|break(?:s|ing)?|narrow(?:ed)?|cut(?:s|ting)?|writ(?:e|ing)|not(?:e|ed)|shut(?:ting)?|slow(?:ing)?|wind(?:ing)?|turn(?:ed|ing)?|go(?:es|ing)? (?:further )?|track(?:ed|ing)?|come?|came|drill(?:ed|ing)?|scroll|pull(?:ed)?|trickl\w+|hands?|touch|count) down|down ?(?:to|the (?:road|line)|stream|load\w*|grade\w*|side|time)|fail[- ]?(?:over|fast|safe)|deadline|dead ?(?:letter|lock|code)|slow (?:day|start|week|roll\w*)|take it slow)\b/giu;
const EVERYTHING =
  /\b(?:(?:prod(?:uction)?|the (?:whole )?(?:site|website|platform|app|cluster)|everything|all (?:services|users|customers|regions|pods|nodes)|everyone|every (?:user|customer|request)|nobody can|no one can|site ?wide|global outage)(?:'s)?)\b/iu;

export function symptomIn(text: string): Symptom | undefined {
  const meant = text.replace(IDIOMS, ' ').replace(NEGATED, ' ');
  const [name] = SYMPTOMS.find(([, pattern]) => pattern.test(meant)) ?? [];
  return name === undefined ? undefined : { name, isEverything: EVERYTHING.test(meant) };
}
