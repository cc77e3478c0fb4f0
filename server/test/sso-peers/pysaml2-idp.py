"""An identity provider on pysaml2 for the peers' suite: signs in whoever asks, logs out both ways.

usage: pysaml2-idp.py FOLDER   (FOLDER holds idp.key and idp.crt; prints its port in one line)
"""
import html
import json
import os
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlparse

from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from saml2.config import IdPConfig
from saml2.metadata import entity_descriptor
from saml2.saml import NAMEID_FORMAT_PERSISTENT, NameID
from saml2.server import Server
from saml2.sigver import verify_redirect_signature
from saml2.xmldsig import DIGEST_SHA256, SIG_RSA_SHA256

FOLDER = sys.argv[1]
PERSON = 'py.person'
PASSWORD = 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport'
STATE = {'server': None, 'encrypt': False, 'sessions': []}


def config(base, sp_metadata=None):
    settings = {
        'entityid': base + '/metadata',
        'xmlsec_binary': '/usr/bin/xmlsec1',
        'key_file': os.path.join(FOLDER, 'idp.key'),
        'cert_file': os.path.join(FOLDER, 'idp.crt'),
        'allow_unknown_attributes': True,
        'service': {
            'idp': {
                'endpoints': {
                    'single_sign_on_service': [(base + '/sso', BINDING_HTTP_REDIRECT)],
                    'single_logout_service': [(base + '/slo', BINDING_HTTP_REDIRECT)],
                },
                'policy': {
                    'default': {
                        'lifetime': {'minutes': 5},
                        'attribute_restrictions': None,
                        'name_form': 'urn:oasis:names:tc:SAML:2.0:attrname-format:basic',
                        'fail_on_missing_requested': False,
                    }
                },
            }
        },
    }
    if sp_metadata:
        settings['metadata'] = {'inline': [sp_metadata]}
    return IdPConfig().load(settings)


def verified(query):
    """Whether a message of the redirect binding is signed by the key of our metadata."""
    return verify_redirect_signature(query, STATE['server'].sec.sec_backend, cert=STATE['certificate'])


class Idp(BaseHTTPRequestHandler):
    def log_message(self, *_args):
        pass

    def base(self):
        return 'http://127.0.0.1:%d' % self.server.server_address[1]

    def send(self, status, body, kind='text/plain', location=None):
        self.send_response(status)
        self.send_header('Content-Type', kind)
        if location:
            self.send_header('Location', location)
        self.end_headers()
        self.wfile.write(body.encode())

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers['Content-Length'])))
        STATE['server'] = Server(config=config(self.base(), body['metadata']))
        STATE['encrypt'] = body['encrypt']
        STATE['certificate'] = body['certificate']
        self.send(200, 'ok')

    def do_GET(self):
        url = urlparse(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        if url.path == '/metadata':
            return self.send(200, str(entity_descriptor(config(self.base()))), 'application/xml')
        if url.path == '/sso':
            return self.sign_in(query)
        if url.path == '/slo':
            return self.log_out(query)
        if url.path == '/leave':
            return self.leave(query['sp'])
        return self.send(404, 'not found')

    def sign_in(self, query):
        idp = STATE['server']
        if not verified(query):
            return self.send(403, 'bad signature')
        asked = idp.parse_authn_request(query['SAMLRequest'], BINDING_HTTP_REDIRECT)
        args = idp.response_args(asked.message)
        name = NameID(format=NAMEID_FORMAT_PERSISTENT, text=PERSON)
        more = {}
        if STATE['encrypt']:
            more = {'encrypt_assertion': True, 'encrypt_cert_assertion': STATE['certificate']}
        answer = idp.create_authn_response(
            {'uid': [PERSON], 'eduPersonAffiliation': ['agents']},
            in_response_to=args['in_response_to'], destination=args['destination'],
            sp_entity_id=args['sp_entity_id'], name_id=name, userid=PERSON,
            authn={'class_ref': PASSWORD, 'authn_auth': self.base()},
            sign_response=True, sign_assertion=True, sign_alg=SIG_RSA_SHA256, digest_alg=DIGEST_SHA256,
            **more)
        form = idp.apply_binding(BINDING_HTTP_POST, str(answer), args['destination'],
                                 query.get('RelayState', ''), response=True)
        page = form['data']
        self.send(200, page if isinstance(page, str) else ''.join(page), 'text/html')

    def log_out(self, query):
        idp = STATE['server']
        if not verified(query):
            return self.send(403, 'bad signature')
        if 'SAMLResponse' in query:
            answer = idp.parse_logout_request_response(query['SAMLResponse'], BINDING_HTTP_REDIRECT)
            good = answer is not None and answer.status_ok()
            return self.send(200 if good else 403, 'left')
        asked = idp.parse_logout_request(query['SAMLRequest'], BINDING_HTTP_REDIRECT)
        answer = idp.create_logout_response(asked.message, [BINDING_HTTP_REDIRECT])
        place = idp.metadata.single_logout_service(asked.message.issuer.text, BINDING_HTTP_REDIRECT, 'spsso')
        to = place[0]['location']
        sent = idp.apply_binding(BINDING_HTTP_REDIRECT, str(answer), to, query.get('RelayState', ''),
                                 response=True, sign=True, sigalg=SIG_RSA_SHA256)
        self.send(303, '', location=dict(sent['headers'])['Location'])

    def leave(self, sp):
        idp = STATE['server']
        place = idp.metadata.single_logout_service(sp, BINDING_HTTP_REDIRECT, 'spsso')[0]['location']
        name = NameID(format=NAMEID_FORMAT_PERSISTENT, text=PERSON)
        _id, asked = idp.create_logout_request(place, idp.config.entityid, name_id=name, reason='leaves')
        sent = idp.apply_binding(BINDING_HTTP_REDIRECT, str(asked), place, 'r', sign=True, sigalg=SIG_RSA_SHA256)
        self.send(303, '', location=dict(sent['headers'])['Location'])


if __name__ == '__main__':
    server = HTTPServer(('127.0.0.1', 0), Idp)
    print(server.server_address[1], flush=True)
    server.serve_forever()
