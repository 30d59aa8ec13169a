/** One debt, for people: what is left behind, whether that is overdue, whose it is, and the command that ends it. */
import { type Debt, isOverdue } from '../../domain/debts.ts';
import { age } from '../../text/age.ts';
import { cut } from '../../text/layout.ts';
import type { Page } from '../../text/page.ts';
import { oneLine } from '../../text/plain.ts';

export function debtLines(debt: Debt, { style, width, now }: Page): readonly string[] {
  const { what, owner, since, overdueAt, end, from } = debt;
  const overdue = isOverdue(debt, now);
  const until = overdue ? `OVERDUE ${age(overdueAt, now)}` : `${age(new Date(now).toISOString(), Date.parse(overdueAt))} left`;
  const paint = overdue ? style.red : style.dim;
  const column = 13;
  return [
    `${paint(until.padEnd(column))}${style.bold(cut(oneLine(what), width - column))}`,
    `${' '.repeat(column)}${cut(oneLine(`${owner}, since ${age(since, now)}, ${from}`), width - column)}`,
    // To be pasted: whole, however long it is.
    `${' '.repeat(column)}${style.cyan(oneLine(end))}`,
  ];
}
