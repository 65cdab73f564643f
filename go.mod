module blackfriday

go 1.26
