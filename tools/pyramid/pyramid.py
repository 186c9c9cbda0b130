"""The app of Pyramid's tutorial, step 17, and what else sessions do there: flash, CSRF.

Run by main.ts: python3 pyramid.py SECRET SALT HASHALG. Prints the port that it answers on.
"""

import json
import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server

# As a script it lies in a directory that is searched first, and is called like the package.
sys.path.pop(0)

from pyramid.config import Configurator
from pyramid.csrf import get_csrf_token
from pyramid.response import Response
from pyramid.session import SignedCookieSessionFactory
from pyramid.view import view_config, view_defaults


@view_defaults(renderer='json')
class TutorialViews:
    def __init__(self, request):
        self.request = request

    @property
    def counter(self):
        session = self.request.session
        if 'counter' in session:
            session['counter'] += 1
        else:
            session['counter'] = 1
        return session['counter']

    def page(self, name):
        return Response(f'<h1>Hi {name}</h1><p>Count: {self.counter}</p>')

    @view_config(route_name='home')
    def home(self):
        return self.page('Home View')

    @view_config(route_name='hello')
    def hello(self):
        return self.page('Hello View')

    @view_config(route_name='flash')
    def flash(self):
        self.request.session.flash(self.request.GET['message'], self.request.GET['queue'])
        return None

    @view_config(route_name='pop')
    def pop(self):
        return self.request.session.pop_flash(self.request.GET['queue'])

    @view_config(route_name='set')
    def set(self):
        self.request.session.update(json.loads(self.request.GET['data']))
        return None

    @view_config(route_name='state')
    def state(self):
        session = self.request.session
        return {'new': session.new, 'created': session.created, 'data': dict(session)}

    @view_config(route_name='token')
    def token(self):
        return get_csrf_token(self.request)

    @view_config(route_name='protected', request_method='POST', require_csrf=True)
    def protected(self):
        return 'done'


class Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        pass


secret, salt, hashalg = sys.argv[1:]
with Configurator(
    session_factory=SignedCookieSessionFactory(secret, salt=salt, hashalg=hashalg)
) as config:
    config.add_route('home', '/')
    config.add_route('hello', '/howdy')
    for name in ('flash', 'pop', 'set', 'state', 'token', 'protected'):
        config.add_route(name, f'/{name}')
    config.scan('__main__')
    server = make_server('127.0.0.1', 0, config.make_wsgi_app(), handler_class=Quiet)
print(server.server_port, flush=True)
server.serve_forever()
