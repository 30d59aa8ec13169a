/**
 * Who says what of an Incident (`by` in `spec.closure`, `acknowledgement`, `expected` and `silence`): stamped over whatever was claimed, and demanded to be
 * true where the API server cannot stamp. Whoever changes somebody's words speaks for themselves from then on.
 */
import { GROUP } from '../common.ts';
import type { Installation } from '../installation.ts';
import type { MutatingPolicy, Named, ValidatingPolicy } from './policy.ts';
import { isOperator } from './requester.ts';

interface Word {
  readonly field: string;
  /** Of the person, as in the name of a policy. */
  readonly speaker: string;
  readonly does: string;
}

const WORDS: readonly Word[] = [
  { field: 'closure', speaker: 'closer', does: 'closes the Incident' },
  { field: 'acknowledgement', speaker: 'acknowledger', does: 'acknowledges the Incident' },
  { field: 'expected', speaker: 'expecter', does: 'expects the Incident' },
  { field: 'silence', speaker: 'silencer', does: 'silences the Incident' },
];

/** A word that the Incident did not have before, by somebody else than the operator. */
const saysIt = ({ field }: Word, installation: Installation): readonly Named[] => [
  {
    name: 'says-it',
    expression: `has(object.spec) && has(object.spec.${field}) && (oldObject == null || !has(oldObject.spec.${field}) || object.spec.${field} != oldObject.spec.${field})`,
  },
  { name: 'not-the-operator', expression: `!(${isOperator(installation)})` },
];

const RULES = [{ groups: [GROUP], resources: ['incidents'], operations: ['CREATE', 'UPDATE'] }] as const;

export function speakersAreStamped(installation: Installation): readonly MutatingPolicy[] {
  return WORDS.map((word) => ({
    name: `${word.speaker}-is-stamped.${GROUP}`,
    purpose: `Writes who ${word.does} into spec.${word.field}.by, over whatever was claimed.`,
    rules: RULES,
    matchConditions: saysIt(word, installation),
    patches: [`[JSONPatch{op: 'add', path: '/spec/${word.field}/by', value: request.userInfo.username}]`],
  }));
}

export function speakersAreTrue(installation: Installation): readonly ValidatingPolicy[] {
  return WORDS.map((word) => ({
    name: `${word.speaker}-is-true.${GROUP}`,
    purpose: `spec.${word.field}.by is the user who ${word.does}, or whom the operator acts for.`,
    rules: RULES,
    matchConditions: saysIt(word, installation),
    validations: [
      {
        expression: `object.spec.${word.field}.by == request.userInfo.username`,
        messageExpression: `'spec.${word.field}.by has to say who ${word.does}, which is you: set it to "' + request.userInfo.username + '"'`,
        message: `spec.${word.field}.by has to be the user who ${word.does}; kubectl auth whoami shows the name.`,
        reason: 'Forbidden' as const,
      },
    ],
  }));
}
