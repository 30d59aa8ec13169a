/** The file of a specialist: every field with its meaning and bounds. What zod alone cannot say (CEL, queries, names) is said here as well. */
import { z } from 'zod';
import { nearestTo } from '../../config/problems.ts';
import { wrongMessage } from './messageTemplate.ts';
import { wrongQuery } from './queryTemplate.ts';
import { compileExpression, type ExpressionType } from './ruleLanguage.ts';
import { wrongReason } from './vocabulary.ts';

export interface SchemaOptions {
  /** Names of the analyzers that there are. */
  readonly analyzers: readonly string[];
  readonly builtIn: boolean;
  /** Names of the file's queries, as far as it has them right: rules are judged even where other parts of the file are wrong. */
  readonly queries: readonly string[];
}

/** The most points that rules may add to, or take from, one finding. */
export const MOST_POINTS = 10;

const NAME = /^[a-z](?:[-a-z0-9]{0,38}[a-z0-9])?$/u;
const QUERY_NAME = /^[a-z][A-Za-z0-9]{0,39}$/u;

const line = (max: number) => z.string().trim().min(1, 'is empty').max(max);
const name = () => z.string().regex(NAME, 'is not a name; use a to z, 0 to 9 and -, at most 40 characters, beginning with a letter');

/** A text that `wrong` judges. */
const judged = (max: number, wrong: (value: string) => string | undefined) =>
  line(max).check(({ value, issues }) => {
    const message = wrong(value);
    if (message !== undefined) issues.push({ code: 'custom', message, input: value });
  });

const alertMatcher = z
  .strictObject({
    name: line(200).optional().describe('Name of the alert; * stands for any characters.'),
    labels: z.record(z.string().max(200), z.string().max(200)).optional().describe('Labels that it has, with * in the values.'),
  })
  .refine((matcher) => matcher.name !== undefined || Object.keys(matcher.labels ?? {}).length > 0, {
    message: 'would match every alert; give it a name or labels',
  });

const query = z.strictObject({
  name: z.string().regex(QUERY_NAME, 'is not the name of a query; use letters and digits, at most 40, beginning with a small letter'),
  source: z.enum(['metrics', 'logs']).describe('metrics: PromQL. logs: LogQL.'),
  query: judged(2_000, wrongQuery).describe('With {{namespace}}, {{workload}} and {{pod}} inside double quotes.'),
  description: line(200).describe('What its value says, with the unit.'),
});

const weight = (builtIn: boolean) =>
  z.strictObject({
    reasons: z
      .array(judged(100, (value) => wrongReason(value, builtIn)))
      .min(1)
      .max(20)
      .describe('Findings that it weighs.'),
    points: z.int().min(-MOST_POINTS).max(MOST_POINTS).describe('Percent points that are added to their confidence.'),
  });

/** A text that has to be an expression of a type. */
const expression = (type: ExpressionType, queries: readonly string[]) =>
  judged(4_000, (value) => {
    const compiled = compileExpression(value, type, queries);
    return 'wrong' in compiled ? compiled.wrong : undefined;
  });

const rule = ({ builtIn, queries }: SchemaOptions) =>
  z.strictObject({
    name: name(),
    when: expression('bool', queries).describe('CEL of type bool over evidence.'),
    cites: expression('list<string>', queries).optional().describe('CEL of type list<string>: keys of the evidence that shows it.'),
    severity: z.enum(['info', 'warning', 'critical']).optional().describe('How bad that is.'),
    message: judged(400, (value) => wrongMessage(value, queries)).describe('What was seen, for people; with fields such as {{namespace}}.'),
    advice: line(300).optional().describe('A line of advice for the report.'),
    weighs: z.array(weight(builtIn)).max(10).default([]).describe('What it says about the likelihood of findings.'),
  });

export function specialistSchema(options: SchemaOptions) {
  const { analyzers, builtIn } = options;
  const analyzer = judged(64, (value) => {
    if (analyzers.includes(value)) return undefined;
    const nearest = nearestTo(value, analyzers);
    return `${JSON.stringify(value)} is not an analyzer; ${nearest === undefined ? `there are ${analyzers.join(', ')}` : `did you mean ${nearest}?`}`;
  });
  return z
    .strictObject({
      name: name().describe('Name, as Investigation.spec.specialist gives it.'),
      description: line(300).describe('What it knows about, in one line.'),
      handles: z
        .strictObject({
          alerts: z.array(alertMatcher).max(100).default([]).describe('Alerts that are its.'),
          reasons: z
            .array(judged(100, (value) => wrongReason(value, builtIn)))
            .max(100)
            .default([])
            .describe('Reasons of findings that are its: a reason, a pattern with *, or the title of a group.'),
          keywords: z.array(line(60)).max(100).default([]).describe('Words of questions that are its.'),
        })
        .describe('What it is chosen for.'),
      evidence: z.array(query).max(20).default([]).describe('Queries whose answers it wants.'),
      analyzers: z.array(analyzer).max(50).default([]).describe('Analyzers whose findings are its.'),
      rules: z.array(rule(options)).max(50).default([]).describe('What it concludes from evidence.'),
      prompt: line(4_000).optional().describe('What a language model is told when this specialist is chosen.'),
      advice: z.array(line(300)).max(10).default([]).describe('Lines of advice in general.'),
    })
    .check(({ value, issues }) => {
      for (const { path, message } of takenNames(value)) issues.push({ code: 'custom', message, input: value, path: [...path] });
    });
}

export type SpecialistFile = z.infer<ReturnType<typeof specialistSchema>>;
export type RuleSpec = SpecialistFile['rules'][number];

interface Mistake {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

function takenNames({ evidence, rules }: SpecialistFile): Mistake[] {
  return (['evidence', 'rules'] as const).flatMap((list) => {
    const names = { evidence, rules }[list].map((item) => item.name);
    return names.flatMap((taken, index) =>
      names.indexOf(taken) < index
        ? [{ path: [list, index, 'name'], message: `${JSON.stringify(taken)} is the name of another one; give each its own` }]
        : [],
    );
  });
}
