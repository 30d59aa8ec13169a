/**
 * Removes characters that a person cannot see and a program reads: bidirectional controls, zero-width characters, tag
 * characters, variation selectors, fillers (all that Unicode calls default-ignorable), and interlinear annotations.
 *
 * They reorder what an approver reads, hide orders from people but not from a model, and split a secret so that nothing
 * recognises it: strip before redacting. Line breaks, tabs and terminal escapes stay.
 */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\uFFF9-\uFFFB]/gu;

export function stripInvisible(text: string): string {
  return text.replace(INVISIBLE, '');
}
