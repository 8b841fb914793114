/** Said on a resident's first pages to whoever works here and came to the wrong door. */
export const staff = {
  'staff.door': ['工作人员登录', 'Staff sign-in'],
  'staff.go': ['去办事台', 'To the desk'],
  'staff.goSay': ['您是工作人员：待办、巡查、派单都在办事台。', 'You work here: your queue, rounds and orders are at the desk.'],
} as const
