/** The plugin for rspack, which takes the one for webpack as it is. */
export { ClewRulesPlugin } from './webpack.ts'
