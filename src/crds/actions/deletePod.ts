export const deletePod = {
  summary: 'Deletes one pod that is not ready, for its controller to make it anew.',
};
