/**
 * What the application's source says about a trouble: the commits between the last good image and the present one, and who last
 * changed the lines that the stack traces name.
 *
 * Every text is cleaned and redacted here; what could not be read is a gap.
 */
import type { Gap } from '../../crds/investigation.ts';
import type { CallBudget } from '../budget.ts';
import { cleanGaps, gapOf } from '../gap.ts';
import type { Cleaner } from '../text.ts';
import type { StackFrame } from './frames.ts';
import type { LineChange, SourceCommit, SourceComparison, SourceLimits, SourcePort, SourceRef } from './port.ts';

export interface SourceDeps {
  readonly source: SourcePort;
  readonly budget: CallBudget;
  readonly cleaner: Cleaner;
  readonly signal: AbortSignal;
}

export interface SourceQuestion {
  /** What the present image was built from. */
  readonly present: SourceRef;
  /** What the last image that worked was built from. */
  readonly lastGood?: SourceRef | undefined;
  readonly frames: readonly StackFrame[];
}

export interface FrameChange {
  readonly frame: StackFrame;
  readonly change: LineChange;
  /** The commit is one of those between the last good image and the present one. */
  readonly isNew: boolean;
}

export interface SourceFindings {
  readonly comparison?: SourceComparison | undefined;
  readonly frames: readonly FrameChange[];
  readonly gaps: readonly Gap[];
}

const SOURCE = 'source';
const MOST_FRAMES = 10;

export async function gatherSource(deps: SourceDeps, { present, lastGood, frames }: SourceQuestion): Promise<SourceFindings> {
  const gaps: Gap[] = [];
  const ask = async <T>(tried: string, call: (limits: SourceLimits) => Promise<T>): Promise<T | undefined> => {
    try {
      return await deps.budget.spend(() => call({ signal: deps.signal }));
    } catch (error) {
      gaps.push(...cleanGaps([gapOf(SOURCE, tried, error)], deps.cleaner));
      return undefined;
    }
  };
  const of = deps.cleaner.line(present.repository, 300);
  const compared =
    lastGood === undefined
      ? undefined
      : await ask(`compare the sources of the last good and the present image in ${of}`, (limits) =>
          deps.source.compare(lastGood, present, limits),
        );
  const comparison = compared === undefined ? undefined : cleanComparison(compared, deps.cleaner);
  const asked = frames.slice(0, MOST_FRAMES);
  const changes =
    asked.length === 0
      ? []
      : await ask(`look up lines of the stack trace in ${of}`, (limits) => deps.source.lastChanges(present, asked, limits));
  const fresh = new Set(comparison?.direction === 'back' ? [] : comparison?.commits.map(({ commit }) => commit));
  const found = asked.flatMap((frame, index): FrameChange[] => {
    const change = changes?.[index];
    return change === undefined ? [] : [{ frame, change: cleanChange(change, deps.cleaner), isNew: fresh.has(change.commit.commit) }];
  });
  return { comparison, frames: found, gaps };
}

function cleanComparison(comparison: SourceComparison, cleaner: Cleaner): SourceComparison {
  return {
    ...comparison,
    commits: comparison.commits.map((commit) => cleanCommit(commit, cleaner)),
    files: comparison.files.map((path) => cleaner.line(path, 512)),
    diff: cleaner.lines(comparison.diff).join('\n'),
  };
}

function cleanCommit({ pullRequests, ...commit }: SourceCommit, cleaner: Cleaner): SourceCommit {
  const cleaned = { ...commit, author: cleaner.line(commit.author, 200), subject: cleaner.line(commit.subject, 200) };
  if (pullRequests === undefined) return cleaned;
  return { ...cleaned, pullRequests: pullRequests.map(({ number, title }) => ({ number, title: cleaner.line(title, 200) })) };
}

const cleanChange = (change: LineChange, cleaner: Cleaner): LineChange => ({
  ...change,
  path: cleaner.line(change.path, 512),
  commit: cleanCommit(change.commit, cleaner),
  text: change.text === undefined ? undefined : cleaner.line(change.text, 200),
});
