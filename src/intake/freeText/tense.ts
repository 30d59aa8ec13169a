/**
 * Of what time a person speaks: of what is going on, of what was or may be, or only asking.
 *
 * The sentences that complain of something count. One of them about now is enough: "can somebody look at checkout? It returns 503".
 */
import { symptomIn } from './symptom.ts';

export type Tense = 'Now' | 'Question' | 'Past' | 'Planned';

const QUESTION =
  /^(?:how|what|why|when|where|who|which|should|could|can|would|do|does|did|is there|are there|has anyone|have we|is|are|was|were|any(?:one|body)?\b)/iu;
/** A question that tells of a trouble while it asks. */
const ALSO_SEEN =
  /\b(?:any(?:one|body) else|else (?:is )?(?:seeing|getting)|is it just me|for me too|(?:i'm|i am|we're|we are|customers are|users are) (?:seeing|getting|having))\b/iu;
const PAST =
  /\b(?:yesterday|last (?:night|week|month|year|monday|tuesday|wednesday|thursday|friday|saturday|sunday)|earlier (?:today|this week)|post-?mortem|retro(?:spective)?|root cause (?:of|was)|was (?:fixed|resolved|down|failing|slow|broken|caused)|were (?:fixed|resolved|down|failing|broken)|thanks for|thank you for|(?:the|a|my|that) fix|fixing|used to|had been|a (?:week|month|year) ago|\d+ (?:days|weeks|months|years) ago)\b/iu;
const PLANNED =
  /\b(?:tomorrow|next (?:week|month|sprint|monday|tuesday|wednesday|thursday|friday)|planned|scheduled|maintenance window|will be|going to|i'll|we'll|i will|we will|if .{1,80} (?:then|we|it)|what if|in case|would be|could be|might (?:be|go|get)|should (?:we|i)|let's|please (?:review|merge|approve)|to(?:do| do)\b|reminder|drill|exercise|test(?:ing)? (?:the )?alert)\b/iu;
/** Words that bring a tale of the past up to now. */
const GOING_ON = /\b(?:still|again|right now|currently|at the moment|since|ongoing|now)\b/iu;

export function tenseOf(text: string): Tense {
  const sentences = text.split(/(?<=[.!?;])\s+/u).filter((sentence) => sentence !== '');
  const complaints = sentences.filter((sentence) => symptomIn(sentence) !== undefined);
  const tenses = (complaints.length === 0 ? sentences : complaints).map((sentence) => tenseOfOne(sentence, text));
  return tenses.includes('Now') ? 'Now' : (tenses[0] ?? 'Now');
}

function tenseOfOne(sentence: string, text: string): Tense {
  if (PLANNED.test(sentence)) return 'Planned';
  if (PAST.test(sentence) && !GOING_ON.test(sentence)) return 'Past';
  const asks = sentence.endsWith('?') || (QUESTION.test(sentence) && sentence.includes('?'));
  return asks && !ALSO_SEEN.test(text) ? 'Question' : 'Now';
}
