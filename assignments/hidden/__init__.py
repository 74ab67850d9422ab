"""Hidden tests, a module an assignment. Only the trusted process of a grading run imports them."""
