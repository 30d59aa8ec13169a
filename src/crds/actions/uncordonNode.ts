export const uncordonNode = {
  summary: 'Lets pods be scheduled to a node again.',
};
