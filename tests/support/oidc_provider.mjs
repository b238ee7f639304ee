// A certified OpenID provider (npm oidc-provider) for tests, on loopback. Told by one JSON argument:
// {port, redirect, left, accounts: a file of {login: claims} that is read anew at every sign-in}
import { readFileSync } from 'node:fs'
import Provider from 'oidc-provider'

const told = JSON.parse(process.argv[2])
const issuer = `http://127.0.0.1:${told.port}`
const provider = new Provider(issuer, {
  clients: [{
    client_id: 'aarshjul',
    client_secret: 'en hemmelighed: 100 %',
    redirect_uris: [told.redirect],
    post_logout_redirect_uris: [told.left],
    response_types: ['code'],
    grant_types: ['authorization_code']
  }],
  claims: { openid: ['sub', 'roles'], email: ['email', 'email_verified'], profile: ['name'] },
  cookies: { keys: ['only for tests'] },
  pkce: { required: () => true },
  features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, ...JSON.parse(readFileSync(told.accounts, 'utf8'))[id] })
  })
})
provider.listen(told.port, '127.0.0.1', () => console.log('ready'))
