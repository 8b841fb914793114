/** What a person calls the browser and the device of a session: Chrome · Android, not the line that the browser sends. */
export function device(agent: string): string {
  const of = (l: [RegExp, string][]) => l.find(([re]) => re.test(agent))?.[1] ?? ''
  const browser = of([[/MicroMessenger/, 'WeChat'], [/Edg(A|iOS)?\//, 'Edge'], [/Firefox|FxiOS/, 'Firefox'], [/HuaweiBrowser/, 'Huawei Browser'], [/MiuiBrowser/, 'Mi Browser'], [/QQBrowser/, 'QQ Browser'], [/OPR\//, 'Opera'], [/Chrom(e|ium)|CriOS|HeadlessC/, 'Chrome'], [/Version\/.*Safari/, 'Safari'], [/^curl/, 'curl']])
  const system = of([[/HarmonyOS|OpenHarmony/, 'HarmonyOS'], [/Android/, 'Android'], [/iPhone|iPad/, 'iOS'], [/Windows/, 'Windows'], [/Mac OS X|Macintosh/, 'macOS'], [/Linux/, 'Linux']])
  return [browser, system].filter(Boolean).join(' · ') || agent
}
