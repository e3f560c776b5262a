// Runs before the first paint, so that the page never flashes in the wrong theme. A file of its own because the content
// security policy allows no inline script. Mirrors src/shell/preferences.ts.
;(function () {
  var preferences = {}
  try {
    preferences = JSON.parse(localStorage.getItem('clew.preferences') || '{}')
  } catch {
    preferences = {}
  }
  var light = matchMedia('(prefers-color-scheme: light)').matches
  var theme =
    preferences.theme === 'dark' || preferences.theme === 'light' ? preferences.theme : light ? 'light' : 'dark'
  document.documentElement.dataset.theme = theme
  document.documentElement.dataset.density = preferences.density === 'comfortable' ? 'comfortable' : 'compact'
})()
