/**
 * The plugin for rspack, which takes the one for webpack as it is.
 * @public
 */
export { ClewRulesPlugin } from './webpack.ts'
