"""What every edge shares, the API and the pages alike: a request's time, origin and signed-in person, errors, ids."""
