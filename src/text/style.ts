/** Colours of a terminal, or none at all. */
import type { Severity } from '../crds/incident.ts';
import type { Risk } from '../crds/remediationPlan.ts';

type Paint = (text: string) => string;

export interface Style {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
  readonly cyan: Paint;
}

export function createStyle(hasColour: boolean): Style {
  const paint = (on: number, off: number): Paint => (hasColour ? (text) => `\u001B[${on}m${text}\u001B[${off}m` : (text) => text);
  return { bold: paint(1, 22), dim: paint(2, 22), red: paint(31, 39), green: paint(32, 39), yellow: paint(33, 39), cyan: paint(36, 39) };
}

export const ofSeverity = (style: Style, severity: Severity): Paint =>
  ({ critical: style.red, warning: style.yellow, info: style.cyan })[severity];

export const ofRisk = (style: Style, risk: Risk): Paint => ({ High: style.red, Medium: style.yellow, Low: style.green })[risk];
