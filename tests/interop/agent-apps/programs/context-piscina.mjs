export default ({ url }) => fetch(url).then((answer) => answer.text())
