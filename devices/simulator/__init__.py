"""Simulated devices that speak the real protocol: CoAP over DTLS, as contract families behave on the wire.

They share the OpenSSL binding with the gateway and no codec, so that a mistake of the server shows here.
"""
