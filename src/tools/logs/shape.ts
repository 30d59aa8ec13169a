/** What `analyze_logs` answers to programs. */
import { z } from 'zod';
import { FAMILY_NAMES } from './families/family.ts';
import { NOVELTIES } from './novelty.ts';
import { FORMATS, LEVELS } from './readLine.ts';

const time = z.string().optional().describe('RFC 3339; absent where lines have no time.');
const novelty = z.enum(NOVELTIES).describe('new, surging: against the time before. late, burst, ended: within the text. steady: as ever.');

const said = {
  count: z.number().describe('Lines.'),
  firstLine: z.number().describe('Number of its first line, from 1.'),
  firstAt: time,
  lastAt: time,
  novelty,
};

export const analysisShape = z.object({
  summary: z.string().describe('What the log says, in a sentence.'),
  unusual: z.boolean().describe('Whether anything in it is worth a look.'),
  source: z.string().describe('Where the lines are from.'),
  lines: z.number(),
  from: time,
  to: time,
  troubleLines: z.number().describe('Lines that tell of trouble.'),
  formats: z.array(z.object({ format: z.enum(FORMATS), lines: z.number() })),
  levels: z.array(z.object({ level: z.enum(LEVELS), lines: z.number() })),
  likelyCause: z.object({
    known: z.boolean(),
    family: z.enum(FAMILY_NAMES).optional(),
    statement: z.string(),
    confidence: z.number().describe('Percent; 0 when not known.'),
    because: z.array(z.string()),
    explains: z.array(z.string()).describe('Families of failures that follow from it.'),
    firstLine: z.number().optional(),
    since: time,
    next: z.array(z.string()).describe('What to look at or do next.'),
  }),
  families: z
    .array(
      z.object({
        family: z.enum(FAMILY_NAMES),
        title: z.string(),
        kind: z.enum(['root', 'dependency', 'effect', 'unknown']),
        ...said,
        about: z.array(z.string()).describe('Addresses, names and files that its lines name, the most frequent first.'),
        samples: z.array(z.object({ line: z.number(), text: z.string() })),
        next: z.string(),
      }),
    )
    .describe('Families of failures, the most telling first.'),
  exceptions: z.array(
    z.object({
      type: z.string(),
      message: z.string(),
      at: z.string().optional().describe('The first frame of the program itself, as file:line.'),
      function: z.string().optional(),
      count: z.number(),
      firstLine: z.number(),
      firstAt: time,
      lastAt: time,
    }),
  ),
  templates: z
    .array(
      z.object({
        template: z.string(),
        ...said,
        level: z.enum(LEVELS).optional(),
        family: z.enum(FAMILY_NAMES).optional(),
        before: z.number().optional().describe('Lines of it in the time before; absent where that was not seen.'),
        sample: z.string(),
      }),
    )
    .describe('Kinds of lines: what is news and tells of trouble first, then the most frequent.'),
  templatesTotal: z.number(),
  comparedWith: z.object({ from: z.string(), to: z.string() }).optional().describe('The time before that news is told against.'),
  notes: z.array(z.string()).describe('What could not be seen, and what was left out.'),
});

export type Analysis = z.input<typeof analysisShape>;
