"""The app of Pyramid's tutorial, step 17, but for its template, under waitress.

Prints the port that it answers on.
"""

import logging

from pyramid.config import Configurator
from pyramid.response import Response
from pyramid.session import SignedCookieSessionFactory
from pyramid.view import view_config, view_defaults
from waitress.server import create_server


@view_defaults(route_name='hello')
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

    @view_config(route_name='hello')
    def hello(self):
        return Response(f'<h1>Hi Hello View</h1><p>Count: {self.counter}</p>')


with Configurator(session_factory=SignedCookieSessionFactory('itsaseekreet')) as config:
    config.add_route('hello', '/howdy')
    config.scan('__main__')
    logging.getLogger('waitress').setLevel(logging.ERROR)  # not a word on its queue
    server = create_server(config.make_wsgi_app(), host='127.0.0.1', port=0)
print(server.effective_port, flush=True)
server.run()
