"""Personal data, encrypted with a key a person, that ends with its key. It knows no node and no
register.
"""
