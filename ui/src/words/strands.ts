/** Words about the strands that a case bears. */
export const strands = {
  'strands.change': ['改三治', 'Change strands'],
  'strands.title': ['这件事属于哪几治', 'Which strands this bears'],
  'strands.help': ['一件事可以同时记几治，每一治都算它一次，总数只算一次。谁改的、改成什么，台账里都有', 'One matter may bear several. Each strand counts it, the total counts it once. The ledger keeps who changed what'],
  'strands.least': ['至少选一治', 'Choose at least one'],
  'strands.save': ['记下', 'Save'],
  'strands.saved': ['记下了', 'Saved'],
  'strands.any': ['三治', 'Strand'],
} as const
