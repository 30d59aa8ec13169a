/** What a report is made of, between the status that it tells and the surface that shows it. Texts are clean, and not escaped. */

export interface Detail {
  readonly text: string;
  readonly before?: string | undefined;
  readonly after?: string | undefined;
}

export interface Line {
  /** What others cite it by, or the name of a figure. */
  readonly label?: string | undefined;
  readonly text: string;
  /** What a stranger called it: a commit's subject. */
  readonly title?: string | undefined;
  readonly details?: readonly Detail[] | undefined;
}

export type SectionKey =
  | 'impact'
  | 'about'
  | 'cause'
  | 'tried'
  | 'lookNext'
  | 'found'
  | 'changes'
  | 'timeline'
  | 'actions'
  | 'prevention'
  | 'metrics'
  | 'notSeen'
  | 'affected'
  | 'evidence'
  | 'model';

export interface Section {
  readonly key: SectionKey;
  readonly heading: string;
  /** Sentences, figures with their names, or a list. */
  readonly form: 'prose' | 'figures' | 'list';
  /** In words of ours, before the lines. */
  readonly note?: string | undefined;
  readonly lines: readonly Line[];
  /** How many lines were left out here. */
  readonly more: number;
}
