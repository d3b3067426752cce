// An OpenID provider on the npm package `oidc-provider`: `node oidc.js REDIRECT_URI SECRET_FILE`. Anybody may sign in to
// it as whom they like; who is called unverified has an address that nobody has checked.
'use strict'
const fs = require('fs')
const http = require('http')
const [redirectUri, secretFile] = process.argv.slice(2)
const secret = fs.readFileSync(secretFile, 'utf8').trim()
const print = (line) => process.stdout.write(JSON.stringify(line) + '\n')

async function main () {
  const { default: Provider } = await import('oidc-provider')
  const server = http.createServer()
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://localhost:${server.address().port}`
  const provider = new Provider(issuer, {
    clients: [{ client_id: 'tonewall', client_secret: secret, redirect_uris: [redirectUri] }],
    claims: { email: ['email', 'email_verified'], profile: ['preferred_username'] },
    pkce: { required: () => true },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: `${id}@example.com`, email_verified: id !== 'unverified', preferred_username: id })
    })
  })
  server.on('request', provider.callback())
  print({ ready: true, issuer })
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
